// What a request's headers prove: whether this site's own page sent it, and whether a person acted.
import { ownOrigins } from '#lib/config.ts'

export type OriginFault = 'wrong_origin' | 'origin_unknown'

/**
 * Why a request that changes something is not taken for one from a page of this site, or null. Browsers send Origin or
 * Sec-Fetch-Site with a POST, and pages of other sites can set neither. Text browsers (Lynx, w3m) send neither; their Referer
 * decides, which no page can forge either. A request without all three is refused (OWASP CSRF cheat sheet; Next's own check
 * lets it pass).
 */
export function findOriginFault(headers: Headers, appOrigin: string): OriginFault | null {
  const isOwn = (origin: string) => ownOrigins(appOrigin).includes(origin)
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') return 'wrong_origin'
  const origin = headers.get('origin')
  if (origin !== null) return isOwn(origin) ? null : 'wrong_origin'
  if (site !== null) return site === 'same-origin' ? null : 'wrong_origin'
  const referer = headers.get('referer') ?? ''
  if (referer === '') return 'origin_unknown'
  // Not blob: and the like, whose origin is what follows.
  const url = /^https?:/i.test(referer) && URL.canParse(referer) ? new URL(referer) : null
  return url !== null && isOwn(url.origin) ? null : 'wrong_origin'
}

export function isSameOrigin(headers: Headers, appOrigin: string): boolean {
  return findOriginFault(headers, appOrigin) === null
}

/**
 * Whether a page request is a person's act, which slides the window: a navigation or a form's POST. Prefetches,
 * fetches by scripts, images and the like are not. Clients without these headers are people's tools and count.
 */
export function isPersonsAct(method: string, headers: Headers): boolean {
  if (`${headers.get('sec-purpose')} ${headers.get('purpose')}`.includes('prefetch')) return false
  if (method === 'POST') return true
  if (method !== 'GET' && method !== 'HEAD') return false
  const mode = headers.get('sec-fetch-mode')
  const destination = headers.get('sec-fetch-dest')
  return (mode === null || mode === 'navigate') && (destination === null || destination === 'document')
}
