'use server'

import { redirect } from 'next/navigation'
import { resetSchema } from '#lib/auth/forms.ts'
import { services } from '#lib/services.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { recogniseDevice } from '#lib/web/known-device.ts'
import { forgetMailedSecret, readMailedSecret } from '#lib/web/mailed-secret.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'

export async function resetPassword(_previous: FormState, posted: FormData): Promise<FormState> {
  const app = await services()
  const { recovery, settings, securityEvents } = app
  const form = await readVisitorForm(posted, resetSchema(settings.passwordMinLength), '/reset-password')
  if (!form.ok) return form.state
  const token = (await readMailedSecret('/reset-password')) ?? ''

  const reset = await orNotSaved(recovery.reset(token, form.value.password, await readRequestInfo()))
  if (reset.ok) {
    await recordOwn('password.reset', reset.value)
    await forgetMailedSecret('/reset-password', settings.appOrigin)
    // Who had the link is who the log-in that follows is: a network in which others mistyped must not keep them out.
    const user = await app.accounts.findActive(reset.value)
    if (user !== null) await recogniseDevice(user, app)
    redirect('/login?reset=1')
  }
  if (reset.code === 'link_void') {
    securityEvents.note({ event: 'link.refused', code: 'reset' })
    redirect('/reset-password')
  }
  return form.refuse(reset)
}
