// Beginning a browser's session: the record and the cookie together, in the order that is safe.
import 'server-only'
import { cookies } from 'next/headers'
import { ok, type Result } from '#lib/result.ts'
import { services } from '#lib/services.ts'
import { readSession } from './current-session.ts'
import { orNotSaved } from './not-saved.ts'
import { sealToken, sessionCookieName, sessionCookieOptions } from './session-cookie.ts'

/** Always a new session; the one that the browser presented, whoever's it was, ends (no fixation). */
export async function beginSession(userId: string): Promise<Result<null, 'not_saved'>> {
  const app = await services()
  const { appOrigin } = app.settings
  const jar = await cookies()
  const presented = await readSession(jar, app, { touch: false })
  const started = await orNotSaved(app.sessions.start(userId).then((made) => ok(made)))
  if (!started.ok) return started
  if (presented.live) await app.sessions.end(presented.token, 'ended')
  jar.set(sessionCookieName(appOrigin), await sealToken(started.value.token, app), sessionCookieOptions(appOrigin))
  return ok(null)
}
