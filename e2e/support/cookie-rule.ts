// The session cookie is set when a session begins or its token is renewed, taken away at log-out, and touched by no
// other answer. Every answer of the browser suite passes here.

const mayTouch = /^\/(login|signup|setup|logout|confirm|security\/password)$/
const sessionCookie = /^(__Host-)?session=/

/** A sentence about an answer that breaks the rule, or null. */
export function cookieBreach(method: string, path: string, setCookie: readonly string[]): string | null {
  const [pathname = ''] = path.split('?', 1)
  const touches = setCookie.some((line) => sessionCookie.test(line))
  if (!touches || (method === 'POST' && mayTouch.test(pathname))) return null
  return `${method} ${pathname} touched the session cookie`
}
