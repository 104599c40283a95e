// What the site lets a browser do with its answers: one set of headers for every answer, and the policy of pages. Why
// each is as it is: docs/decisions/017-content-policy.md. next.config.mjs imports this file too, so it imports nothing.

/** What this site never uses. Only names that browsers know: they complain of others. */
const refusedFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
]

/** In each policy, as OWASP ASVS 3.4.3 and 3.4.6 name them; `default-src` stands in for the first alone. */
const always = ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]

/** Of what is no page: opened by itself it shows at most a picture and the site's icon, and runs nothing. */
const barePolicy = join(["default-src 'none'", "img-src 'self'", "form-action 'none'", ...always])

/** On every answer, whatever its status and whoever gives it. */
export const answerHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': barePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': refusedFeatures.map((feature) => `${feature}=()`).join(', '),
  // Not no-referrer: it makes browsers send `Origin: null` with forms, which the origin check refuses.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Likewise where the site is reached by https. Two years: OWASP ASVS 3.4.1 asks for one at least. */
export function transportHeaders(appOrigin: string): Readonly<Record<string, string>> {
  if (!isHttps(appOrigin)) return {}
  return { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
}

export interface PagePolicy {
  nonce: string
  appOrigin: string
  /** Next's development server evaluates code and writes styles into its pages. */
  dev?: boolean
}

/** Of pages, in the request too: there Next reads the nonce that it gives to its scripts. */
export function pagePolicy({ nonce, appOrigin, dev = false }: PagePolicy): string {
  return join([
    "default-src 'none'",
    // A script with the nonce may load others. 'self' is for browsers that know nonces and not 'strict-dynamic'.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    `style-src 'self'${dev ? " 'unsafe-inline'" : ''}`,
    `img-src 'self'${dev ? ' data:' : ''}`,
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    ...always,
    ...(isHttps(appOrigin) ? ['upgrade-insecure-requests'] : []),
  ])
}

/** Request headers from which Next would take a nonce or orders of its own: no client has a say in those. */
export function isForNextAlone(name: string): boolean {
  return /^(content-security-policy(-report-only)?|x-nonce|x-middleware-.*)$/i.test(name)
}

export function isPage(contentType: string | null): boolean {
  return /^text\/html\b/i.test(contentType ?? '')
}

function isHttps(origin: string): boolean {
  return origin.startsWith('https:')
}

function join(directives: string[]): string {
  return directives.join('; ')
}
