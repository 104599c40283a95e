// The browser of a request: for mails about what it does, and for the lockout.
import 'server-only'
import { headers } from 'next/headers'
import type { LoginClient } from '#lib/auth/lockout/lockout.ts'
import type { RequestInfo } from '#lib/core/mail/message.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from './client-address.ts'
import { readKnownDevice } from './cookies/known-device.ts'
import { readPreferences } from './cookies/preferences.ts'
import { getWords } from './words.ts'

export async function readLoginClient(): Promise<LoginClient> {
  return { by: await readRequestInfo(), isKnown: await readKnownDevice() }
}

async function readRequestInfo(): Promise<RequestInfo> {
  const asked = await headers()
  const { clock, settings } = await services()
  const { locale } = await getWords()
  const { timeZone } = await readPreferences()
  const [userAgent, address] = [asked.get('user-agent') ?? '', readClientAddress(asked, settings)]
  return { at: clock(), userAgent, address, locale, timeZone }
}
