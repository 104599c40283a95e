// The headers that every answer must have. The test client checks each answer. Written independently of the site's own
// code.
import type { Answer } from '#e2e/support/http.ts'

const exact: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  // The redirect that removes a mailed secret from the URL is stricter; it contains no form.
  'referrer-policy': /^(same-origin|no-referrer)$/,
  'permissions-policy': /\bcamera=\(\).*\bgeolocation=\(\).*\bmicrophone=\(\)/,
}

const inPolicy = ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]

/** Missing or wrong headers, one line each. */
export function headerBreaches(origin: string, { status, headers }: Pick<Answer, 'status' | 'headers'>): string[] {
  const lacking = Object.entries(exact).filter(([name, form]) => !form.test(String(headers[name])))
  const policy = String(headers['content-security-policy']).split('; ')
  const isPage = /^text\/html/.test(String(headers['content-type']))
  const wanted = [...inPolicy, ...(isPage ? ["style-src 'self'", "form-action 'self'"] : [])]
  const seconds = /^max-age=(\d+); includeSubDomains$/.exec(String(headers['strict-transport-security']))?.[1]
  const isHttps = origin.startsWith('https:')
  return [
    ...lacking.map(([name]) => `${name}: ${headers[name]}`),
    ...wanted.filter((directive) => !policy.includes(directive)).map((directive) => `policy without ${directive}`),
    ...(isPage && !policy.some(isStrictScriptSource) ? ['a page’s policy without a nonce'] : []),
    ...(policy.join().includes('unsafe') ? ['a policy that allows what is unsafe'] : []),
    ...(isHttps !== Number(seconds ?? 0) >= 31_536_000 ? [`HSTS ${seconds} under ${origin}`] : []),
    ...(isHttps !== policy.includes('upgrade-insecure-requests') && isPage ? [`upgrade under ${origin}`] : []),
    ...(headers['access-control-allow-origin'] === undefined ? [] : ['answers other origins']),
    ...(headers['set-cookie'] && !/no-store/.test(String(headers['cache-control']))
      ? ['a cookie that may be kept']
      : []),
  ].map((lack) => `${status}: ${lack}`)
}

function isStrictScriptSource(directive: string): boolean {
  return /^script-src 'self' 'nonce-[\w-]{22}' 'strict-dynamic'$/.test(directive)
}
