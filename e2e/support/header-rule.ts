// What every answer of the site carries in its headers, whatever was asked: the rule that the tests' client holds each
// answer to, and in other words than the site's own.
import type { Answer } from '#e2e/support/http.ts'

const exact: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  // The redirect that takes a mailed secret out of the address is stricter; it holds no form.
  'referrer-policy': /^(same-origin|no-referrer)$/,
  'permissions-policy': /\bcamera=\(\).*\bgeolocation=\(\).*\bmicrophone=\(\)/,
}

const inPolicy = ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]

/** What the answer lacks, one line each. */
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
