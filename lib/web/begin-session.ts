// Beginning and renewing a browser's session: the record and the cookie together, in the order that is safe. No other
// code sets the cookie.
import 'server-only'
import { cookies, headers } from 'next/headers'
import type { User } from '#lib/auth/accounts.ts'
import { ok, type Result, refused } from '#lib/core/result.ts'
import { type Services, services } from '#lib/services.ts'
import type { SessionRecord } from '#lib/stores/types.ts'
import { readClientAddress } from './client-address.ts'
import { readSession, readToken } from './current-session.ts'
import { recogniseDevice } from './known-device.ts'
import { orNotSaved } from './not-saved.ts'
import { recordOwn } from './record.ts'
import { readRequestInfo } from './request-info.ts'
import { sealToken, sessionCookieName, sessionCookieOptions } from './session-cookie.ts'

/**
 * The owner is told by mail when the log-in comes from a browser that they did not use before. Always a new session; the one that the browser presented, whoever's it was, ends (no fixation). `person_gone` when
 * the person was suspended, or the password changed, while it was being checked.
 */
export async function beginSession(
  user: User,
  { isNewPerson = false } = {},
): Promise<Result<null, 'not_saved' | 'person_gone'>> {
  const app = await services()
  const jar = await cookies()
  const asked = await headers()
  const presented = await readSession(jar, app, { touch: false })
  const origin = { userAgent: asked.get('user-agent') ?? '', address: readClientAddress(asked, app.settings) }
  const started = await orNotSaved(app.sessions.start(user.id, origin).then((made) => ok(made)))
  if (!started.ok) return started
  const { token, session } = started.value
  // Asked after the session is there to be ended: a password change ends all it finds, and this finds the change.
  if (!(await app.accounts.isCurrent(user))) {
    await app.sessions.end(token, 'password-changed')
    return refused('person_gone')
  }
  if (presented.live) await app.sessions.end(presented.token, 'ended')
  else await handOverFormDraft(session, app)
  await setCookie(token, app)
  await recordOwn('session.started', user.id)
  const isKnown = await recogniseDevice(user, app)
  const info = await readRequestInfo()
  // In the language and time zone of before: whoever stole the password must not choose how its owner is warned.
  if (!isKnown && !isNewPerson) await app.alerts.tell(user, 'new-device', info)
  // Not worth failing a log-in for.
  await orNotSaved(app.accounts.notePreferences(user, info).then(() => ok(null)))
  return ok(null)
}

/** After a new proof of who the person is: the same session under a new token, and so under a new id. */
export async function renewSession(): Promise<Result<SessionRecord, 'not_saved' | 'session_over'>> {
  const app = await services()
  const { token } = await readToken(await cookies(), app)
  const renewed = await orNotSaved(
    token === null ? Promise.resolve(ok(null)) : app.sessions.renew(token).then((made) => ok(made)),
  )
  if (!renewed.ok) return renewed
  if (renewed.value === null) return refused('session_over')
  await setCookie(renewed.value.token, app)
  return ok(renewed.value.session)
}

async function handOverFormDraft({ id, userId }: SessionRecord, app: Services): Promise<void> {
  const { token } = await readToken(await cookies(), app)
  if (token === null) return
  const handedOver = app.formDrafts.handOver(app.sessions.idOf(token), { sessionId: id, userId })
  await orNotSaved(handedOver.then(() => ok(null)))
}

async function setCookie(token: string, app: Services): Promise<void> {
  const { appOrigin } = app.settings
  const jar = await cookies()
  jar.set(sessionCookieName(appOrigin), await sealToken(token, app), sessionCookieOptions(appOrigin))
}
