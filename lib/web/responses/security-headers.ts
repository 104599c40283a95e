// Security headers for all responses, and the content policy of pages. docs/decisions/017-content-policy.md has the
// reasons. next.config.mjs imports this file, so it imports nothing.

/** Features that this site never uses. Only known names, since browsers warn about others. */
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

/** Required in each policy by OWASP ASVS 3.4.3 and 3.4.6; `default-src` covers only the first. */
const always = ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]

/** For everything but pages: such a response may at most show an image, and runs nothing. */
const barePolicy = join(["default-src 'none'", "img-src 'self'", "form-action 'none'", ...always])

/** For images in pixels, which users upload: nothing at all, whatever a browser takes the file for. */
export const imagePolicy = join(["default-src 'none'", "form-action 'none'", ...always, 'sandbox'])

/** For every response of any status. */
export const answerHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': barePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': refusedFeatures.map((feature) => `${feature}=()`).join(', '),
  // Not no-referrer: browsers would send `Origin: null` with forms, which the origin check rejects.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** HSTS for https sites. Two years; OWASP ASVS 3.4.1 requires at least one. */
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

/** For pages. Also set on the request, where Next reads the nonce for its scripts. */
export function pagePolicy({ nonce, appOrigin, dev = false }: PagePolicy): string {
  return join([
    "default-src 'none'",
    // A script with the nonce may load others. 'self' serves browsers that know nonces but not 'strict-dynamic'.
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

/** Request headers that Next obeys, such as a nonce; they must not come from clients. */
export function isForNextAlone(name: string): boolean {
  return /^(content-security-policy(-report-only)?|x-nonce|x-middleware-.*)$/i.test(name)
}

export function isImage(contentType: string | null): boolean {
  return /^image\/(webp|png|jpeg)$/i.test(contentType ?? '')
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
