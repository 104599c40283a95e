// After the secret was rotated: whichever page a browser opens next, its name is proved under the newest secret, so that
// the older one can be dropped and the browser is still known.
import { type NextRequest, NextResponse } from 'next/server'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, deviceCookieOptions, renewDevice } from './device-name.ts'

/** Not for posts: an action that logs somebody in writes this cookie itself. */
export function renewDeviceCookie(
  { method, cookies }: Pick<NextRequest, 'method' | 'cookies'>,
  answer: Response,
  { settings, sessionSecrets }: Pick<Runtime, 'settings' | 'sessionSecrets'>,
): void {
  if (method !== 'GET' || sessionSecrets.length < 2 || !(answer instanceof NextResponse)) return
  const name = deviceCookieName(settings.appOrigin)
  const renewed = renewDevice(cookies.get(name)?.value ?? '', sessionSecrets)
  if (renewed !== null) answer.cookies.set(name, renewed, deviceCookieOptions(settings.appOrigin))
}
