// Checks each answer of the browser tests: the session cookie is set when a session starts or its token is renewed,
// removed at log-out, and in no other answer.

const mayTouch = /^\/(login(\/two-factor)?|signup|setup|logout|confirm|security\/(password|passkeys|two-factor))$/
const sessionCookie = /^(__Host-)?session=/

/** A sentence about a violation, or null. */
export function cookieBreach(method: string, path: string, setCookie: readonly string[]): string | null {
  const [pathname = ''] = path.split('?', 1)
  const touches = setCookie.some((line) => sessionCookie.test(line))
  if (!touches || (method === 'POST' && mayTouch.test(pathname))) return null
  return `${method} ${pathname} touched the session cookie`
}
