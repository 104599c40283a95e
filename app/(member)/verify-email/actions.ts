'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { verifySchema } from '#lib/accounts/forms.ts'
import { services } from '#lib/services.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { forgetMailedSecret } from '#lib/web/mailed-secret.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'
import { getWords } from '#lib/web/words.ts'
import { waitTime } from '#lib/words/time.ts'

export async function verifyEmail(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-account', '/verify-email')
  const form = await readForm(posted, verifySchema, session)
  if (!form.ok) return form.state
  const { addresses, settings } = await services()
  const words = await getWords()

  const verified = await orNotSaved(addresses.verify(user.id, form.value.code, await readRequestInfo()))
  if (verified.ok) {
    await recordOwn('address.verified', user.id)
    await forgetMailedSecret('/verify-email', settings.appOrigin)
    redirect(`/security?address=${verified.value}`)
  }
  const { code } = verified
  if (code === 'person_gone') redirect('/login?reason=ended')
  if (code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
  await recordOwn('address.verified', user.id, { outcome: 'refused' })
  return form.refuse({ errors: { code: words(`errors.${code}`) } })
}

export async function resendCode(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-account', '/verify-email')
  const form = await readForm(posted, z.object({}), session)
  if (!form.ok) return form.state
  const { addresses } = await services()
  const words = await getWords()

  const sent = await orNotSaved(addresses.resend(user.id, await readRequestInfo()))
  if (sent.ok) {
    await recordOwn('address.code_sent', user.id)
    redirect('/verify-email?sent=1')
  }
  if (sent.code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
  if (sent.code === 'mail_too_soon') {
    return form.refuse({ alert: words('errors.mail_too_soon', { wait: waitTime(words, sent.waitMs) }) })
  }
  redirect('/security')
}
