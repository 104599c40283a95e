// Where to go after a log-in. A link may say where, and must never lead out of the site (OWASP ASVS 3.7.2).

const anyOrigin = 'http://site.invalid'
const longest = 2000
/** Going there after a log-in would loop, log out, or show no page. */
const notDestinations = /^\/(login|signup|logout|api|_next)(?![^/?])/

/** Path and query of a page of this site, or null for anything else: other sites, odd schemes, lists, overlong text. */
export function safeNextPath(raw: unknown): string | null {
  if (typeof raw !== 'string' || raw.length > longest || !raw.startsWith('/')) return null
  const path = withinSite(raw)
  // Parsed twice, because resolving can make a path that means another host: "/..//evil.test" becomes "//evil.test".
  return path !== null && withinSite(path) === path && !notDestinations.test(path) ? path : null
}

/** Parsed with the same parser that the browser will use on the result. */
function withinSite(path: string): string | null {
  const url = URL.parse(path, anyOrigin)
  return url?.origin === anyOrigin ? url.pathname + url.search : null
}

/** The log-in page that leads back to `path`, unless that is too long to be gone back to: then it leads home. */
export function logInPath(path: string, reason?: string | null): string {
  const query = new URLSearchParams(path.length > longest ? {} : { next: path })
  if (reason) query.set('reason', reason)
  return query.size === 0 ? '/login' : `/login?${query}`
}
