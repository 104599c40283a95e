// Checks request headers: whether a page of this site sent the request, and whether a user caused it.
import { ownOrigins } from '#lib/config.ts'

export type OriginError = 'wrong_origin' | 'origin_unknown'

/**
 * Why a state-changing request is not accepted as coming from this site, or null. Browsers send Origin or
 * Sec-Fetch-Site with a POST, and other sites cannot forge either. Text browsers (Lynx, w3m) send neither; their
 * Referer decides, which pages cannot forge either. A request without all three is rejected (OWASP CSRF cheat sheet;
 * Next's own check accepts it).
 */
export function findOriginError(headers: Headers, appOrigin: string): OriginError | null {
  const isOwn = (origin: string) => ownOrigins(appOrigin).includes(origin)
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') return 'wrong_origin'
  const origin = headers.get('origin')
  if (origin !== null) return isOwn(origin) ? null : 'wrong_origin'
  if (site !== null) return site === 'same-origin' ? null : 'wrong_origin'
  const referer = headers.get('referer') ?? ''
  if (referer === '') return 'origin_unknown'
  // Excludes blob: and similar URLs, whose origin is that of the nested URL.
  const url = /^https?:/i.test(referer) && URL.canParse(referer) ? new URL(referer) : null
  return url !== null && isOwn(url.origin) ? null : 'wrong_origin'
}

export function isSameOrigin(headers: Headers, appOrigin: string): boolean {
  return findOriginError(headers, appOrigin) === null
}

/**
 * Whether a user caused the request, which extends the idle window: a navigation or a form post. Prefetches, scripted
 * fetches and images do not count. Clients without these headers are tools of users and count.
 */
export function isPersonsAct(method: string, headers: Headers): boolean {
  if (`${headers.get('sec-purpose')} ${headers.get('purpose')}`.includes('prefetch')) return false
  if (method === 'POST') return true
  if (method !== 'GET' && method !== 'HEAD') return false
  const mode = headers.get('sec-fetch-mode')
  const destination = headers.get('sec-fetch-dest')
  return (mode === null || mode === 'navigate') && (destination === null || destination === 'document')
}
