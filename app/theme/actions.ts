'use server'

import { headers } from 'next/headers'
import { z } from 'zod'
import { services } from '#lib/services.ts'
import { keepChoice, themes } from '#lib/web/cookies/preferences.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'

/** Stores the colour scheme in a cookie. Ignores unknown values. */
export async function chooseTheme(posted: unknown): Promise<void> {
  const theme = z.enum(themes).safeParse(posted instanceof FormData ? posted.get('theme') : null)
  const { settings } = await services()
  if (!theme.success || !isSameOrigin(await headers(), settings.appOrigin)) return
  await keepChoice('theme', theme.data)
}
