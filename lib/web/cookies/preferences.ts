// The time zone and colour scheme of the browser. These are preferences, neither trusted nor secret.
import 'server-only'
import { cookies } from 'next/headers'
import { cache } from 'react'
import { services } from '#lib/services.ts'
import { knownTimeZone } from '#lib/words/time.ts'
import { cookieNameOn } from './cookie-attributes.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const themeCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'theme')
/** Set by script (app/ui/page-root.tsx), because no request header has it. */
export const timeZoneCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'tz')

export interface Preferences {
  theme: Theme
  /** An IANA name such as Europe/Vienna, or null without JavaScript. */
  timeZone: string | null
}

/** Cached per request: checking a time zone takes 0.1 ms. */
export const readPreferences = cache(async (): Promise<Preferences> => {
  // Read cookies first: that keeps Next from running this during the build.
  const jar = await cookies()
  const { appOrigin } = (await services()).settings
  const theme = themes.find((known) => known === jar.get(themeCookie(appOrigin))?.value) ?? 'system'
  return { theme, timeZone: knownTimeZone(jar.get(timeZoneCookie(appOrigin))?.value) }
})
