// From a cookie value to a session: shared by middleware, pages, actions and handlers, so that all of them ask the
// same question in the same way.
import type { Services } from '#lib/services.ts'
import type { SessionCheck } from '#lib/sessions/sessions.ts'
import { sessionCookieName, unsealToken } from './session-cookie.ts'

/** A live session with its token, or why there is none; the reason is null for someone who had no session. */
export type CurrentSession =
  | (Extract<SessionCheck, { live: true }> & { token: string })
  | Extract<SessionCheck, { live: false }>

/** `touch` slides the window as part of the check; pass it only where a person acted. */
export async function readSession(
  cookies: { get(name: string): { value: string } | undefined },
  app: Services,
  { touch }: { touch: boolean },
): Promise<CurrentSession> {
  const seal = cookies.get(sessionCookieName(app.settings.appOrigin))?.value
  if (seal === undefined || seal === '') return { live: false, reason: null }
  const unsealed = await unsealToken(seal, app)
  if (unsealed.token === null) return { live: false, reason: unsealed.expired ? 'expired' : null }
  const { token } = unsealed
  const check = touch ? await app.sessions.touch(token) : await app.sessions.check(token)
  return check.live ? { ...check, token } : check
}
