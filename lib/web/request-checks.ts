// What a request's headers prove: whether this site's own page sent it, and whether a person acted.
import { ownOrigins } from '#lib/config.ts'

/**
 * Whether a request that changes something came from a page of this site. A browser always tells one of the two
 * headers on a POST; a request with neither is refused (OWASP CSRF cheat sheet; Next's own check lets it pass).
 */
export function isSameOrigin(headers: Headers, appOrigin: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') return false
  const origin = headers.get('origin')
  return origin === null ? site === 'same-origin' : ownOrigins(appOrigin).includes(origin)
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
