'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { keepChoice, timeZones } from '#lib/web/cookies/preferences.ts'
import { readForm } from '#lib/web/forms/form.ts'
import { type FormState, untouchedForm } from '#lib/web/forms/form-state.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'

/** Stores the time zone in a cookie; empty means the browser's. Ignores unknown zones. */
export async function chooseTimeZone(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requirePermission('manage-own-account', '/account')
  const form = await readForm(posted, z.object({ timeZone: z.string() }), session)
  if (!form.ok) return form.state
  const { timeZone } = form.value
  if (timeZone !== '' && !timeZones.includes(timeZone)) return untouchedForm
  await keepChoice('time-zone', timeZone)
  redirect('/account?preferences=saved')
}
