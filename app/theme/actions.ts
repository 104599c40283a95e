'use server'

import { cookies, headers } from 'next/headers'
import { z } from 'zod'
import { services } from '#lib/services.ts'
import { cookieOptionsOn } from '#lib/web/cookies/cookie-attributes.ts'
import { themeCookie, themes } from '#lib/web/cookies/preferences.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'

const oneYearInSeconds = 31_536_000

/** Stores the colour scheme in a cookie. Ignores unknown values. */
export async function chooseTheme(posted: unknown): Promise<void> {
  const theme = z.enum(themes).safeParse(posted instanceof FormData ? posted.get('theme') : null)
  const { settings } = await services()
  if (!theme.success || !isSameOrigin(await headers(), settings.appOrigin)) return
  const jar = await cookies()
  const options = { ...cookieOptionsOn(settings.appOrigin), maxAge: oneYearInSeconds }
  jar.set(themeCookie(settings.appOrigin), theme.data, options)
}
