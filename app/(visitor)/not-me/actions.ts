'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { services } from '#lib/services.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { forgetMailedSecret, readMailedSecret } from '#lib/web/mailed-secret.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'

export async function reportCompromise(_previous: FormState, posted: FormData): Promise<FormState> {
  const form = await readVisitorForm(posted, z.object({}), '/not-me')
  if (!form.ok) return form.state
  const { recovery, settings, securityEvents } = await services()
  const token = (await readMailedSecret('/not-me')) ?? ''

  const reported = await orNotSaved(recovery.reportCompromise(token, await readRequestInfo()))
  if (!reported.ok && reported.code === 'not_saved') return form.refuse(reported)
  if (reported.ok) await recordOwn('account.disowned', reported.value.userId)
  else securityEvents.note({ event: 'link.refused', code: 'not_me' })
  await forgetMailedSecret('/not-me', settings.appOrigin)
  if (!reported.ok) redirect('/not-me')
  redirect(`/not-me?done=${reported.value.isMailed ? 'mailed' : 'address_taken'}`)
}
