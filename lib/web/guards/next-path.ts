// The page after a log-in. A link can name it, and must never lead to another site (OWASP ASVS 3.7.2).

const anyOrigin = 'http://site.invalid'
const longest = 2000
/** As a page after a log-in, these would loop, log out, or show no page. */
const notDestinations = /^\/(login|signup|logout|api|_next)(?![^/?])/

/** Path and query of a page on this site. Null for anything else: other sites, odd schemes, lists, overlong text. */
export function safeNextPath(raw: unknown): string | null {
  if (typeof raw !== 'string' || raw.length > longest || !raw.startsWith('/')) return null
  const path = withinSite(raw)
  // Parse twice: resolving can produce a path that means another host, such as "/..//evil.test" → "//evil.test".
  return path !== null && withinSite(path) === path && !notDestinations.test(path) ? path : null
}

/** Uses the same URL parser as browsers. */
function withinSite(path: string): string | null {
  const url = URL.parse(path, anyOrigin)
  return url?.origin === anyOrigin ? url.pathname + url.search : null
}

/** The log-in page that leads back to `path`, or home if `path` is too long. */
export function logInPath(path: string, reason?: string | null): string {
  const query = new URLSearchParams(path.length > longest ? {} : { next: path })
  if (reason) query.set('reason', reason)
  return query.size === 0 ? '/login' : `/login?${query}`
}
