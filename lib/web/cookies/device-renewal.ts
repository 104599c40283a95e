// After a rotation of the secret, renews a browser's device cookie on its next page, so that the browser stays known
// when the older secret is removed.
import { type NextRequest, NextResponse } from 'next/server'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, deviceCookieOptions, renewDevice } from './device-name.ts'

/** Not for posts: an action that logs a user in writes this cookie itself. */
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
