// The time zone and colour scheme of the browser. These are preferences, neither trusted nor secret.
import 'server-only'
import { cookies } from 'next/headers'
import { cache } from 'react'
import { services } from '#lib/services.ts'
import { knownTimeZone } from '#lib/words/time.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The time zones to choose from. */
export const timeZones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')]

const oneYearInSeconds = 31_536_000

/** Set by script (app/ui/page-root.tsx), because no request header has it. */
export const timeZoneCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'tz')

export interface Preferences {
  theme: Theme
  /** An IANA name such as Europe/Vienna: the chosen one, else the browser's. */
  timeZone: string | null
  chosenTimeZone: string | null
  /** Null without JavaScript. */
  browserTimeZone: string | null
}

/** Cached per request: checking a time zone takes 0.1 ms. */
export const readPreferences = cache(async (): Promise<Preferences> => {
  // Read cookies first: that keeps Next from running this during the build.
  const jar = await cookies()
  const { appOrigin } = (await services()).settings
  const chosen = (name: ChosenCookie) => jar.get(cookieNameOn(appOrigin, name))?.value
  const theme = themes.find((known) => known === chosen('theme')) ?? 'system'
  const chosenTimeZone = timeZones.find((known) => known === chosen('time-zone')) ?? null
  const browserTimeZone = knownTimeZone(jar.get(timeZoneCookie(appOrigin))?.value)
  return { theme, timeZone: chosenTimeZone ?? browserTimeZone, chosenTimeZone, browserTimeZone }
})

type ChosenCookie = 'theme' | 'time-zone'

/** Only from an action. An empty value removes the cookie. */
export async function keepChoice(name: ChosenCookie, value: string): Promise<void> {
  const { appOrigin } = (await services()).settings
  const jar = await cookies()
  const maxAge = value === '' ? 0 : oneYearInSeconds
  jar.set(cookieNameOn(appOrigin, name), value, { ...cookieOptionsOn(appOrigin), maxAge })
}
