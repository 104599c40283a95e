// The cookies of a session that a command started or renewed. No other code sets the session cookie.
import 'server-only'
import { cookies } from 'next/headers'
import type { User } from '#lib/auth/accounts.ts'
import { services } from '#lib/services.ts'
import { recogniseDevice } from './known-device.ts'
import { sealToken, sessionCookieName, sessionCookieOptions } from './session-cookie.ts'

/** From now on this browser is one that the user logged in with. */
export async function beginSession(token: string, user: User): Promise<void> {
  await continueSession(token)
  await recogniseDevice(user, await services())
}

export async function continueSession(token: string): Promise<void> {
  const app = await services()
  const { appOrigin } = app.settings
  const jar = await cookies()
  jar.set(sessionCookieName(appOrigin), await sealToken(token, app), sessionCookieOptions(appOrigin))
}
