// Finds the session of a cookie. Middleware, pages, actions and handlers share this check.

import type { SessionCheck } from '#lib/auth/sessions/sessions.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import type { Services } from '#lib/services.ts'
import { sessionCookieName, type Unsealed, unsealToken } from '../cookies/session-cookie.ts'

/** A live session with its token, or the reason why it ended (null if there was none). */
export type CurrentSession =
  | (Extract<SessionCheck, { live: true }> & { token: string })
  | Extract<SessionCheck, { live: false }>

interface RequestCookies {
  get(name: string): { value: string } | undefined
}

/** `touch` extends the idle window in the same step; set it only for requests that a user caused. */
export async function readSession(
  cookies: RequestCookies,
  app: Services,
  { touch }: { touch: boolean },
): Promise<CurrentSession> {
  const unsealed = await readToken(cookies, app)
  if (unsealed.token === null) return { live: false, reason: unsealed.expired ? 'expired' : null }
  const { token } = unsealed
  const check = touch ? await app.sessions.touch(token) : await app.sessions.check(token)
  if (!check.live && check.reason === null) noteCookie(app, 'unknown')
  return check.live ? { ...check, token } : check
}

/** The token in the cookie, live or not. Reads no store. */
export async function readToken(cookies: RequestCookies, app: Services): Promise<Unsealed> {
  const seal = cookies.get(sessionCookieName(app.settings.appOrigin))?.value
  if (seal === undefined || seal === '') return { token: null, expired: false }
  const unsealed = await unsealToken(seal, app)
  if (unsealed.token === null && !unsealed.expired) noteCookie(app, 'bad_seal')
  return unsealed
}

/** At most once per request and code. */
function noteCookie({ securityEvents }: Services, code: 'bad_seal' | 'unknown'): void {
  const noted = currentRequest()?.noted
  if (noted?.has(code)) return
  noted?.add(code)
  securityEvents.note({ event: 'session.cookie_refused', code })
}
