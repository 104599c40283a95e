// What a browser asked for: language, time zone and colour scheme. Preferences only; nothing here is trusted or secret.
import 'server-only'
import { cookies } from 'next/headers'
import { cache } from 'react'
import { services } from '#lib/services.ts'
import { knownTimeZone } from '#lib/words/time.ts'
import { cookieNameOn } from './cookie-name.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const themeCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'theme')
/** Set by the visitor's browser (see app/ui/time-zone.tsx), because no request header tells it. */
export const timeZoneCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'tz')

export interface Preferences {
  theme: Theme
  /** An IANA name such as Europe/Vienna, or null when the browser has not told (JavaScript off). */
  timeZone: string | null
}

/** Read once a request: checking a time zone costs a tenth of a millisecond. */
export const readPreferences = cache(async (): Promise<Preferences> => {
  // Before anything is opened: asking for cookies is what keeps Next from running this while it builds.
  const jar = await cookies()
  const { appOrigin } = (await services()).settings
  const theme = themes.find((known) => known === jar.get(themeCookie(appOrigin))?.value) ?? 'system'
  return { theme, timeZone: knownTimeZone(jar.get(timeZoneCookie(appOrigin))?.value) }
})
