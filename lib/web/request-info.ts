// Time, origin and language of a request, for mails about it.
import 'server-only'
import { headers } from 'next/headers'
import type { RequestInfo } from '#lib/core/mail/message.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from './client-address.ts'
import { readPreferences } from './cookies/preferences.ts'
import { getWords } from './words.ts'

export async function readRequestInfo(): Promise<RequestInfo> {
  const asked = await headers()
  const { clock, settings } = await services()
  const { locale } = await getWords()
  const { timeZone } = await readPreferences()
  const [userAgent, address] = [asked.get('user-agent') ?? '', readClientAddress(asked, settings)]
  return { at: clock(), userAgent, address, locale, timeZone }
}
