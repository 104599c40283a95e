'use server'

import { redirect } from 'next/navigation'
import { signUpSchema } from '#lib/auth/forms.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { afterLogIn, isScriptWithoutCookies } from '#lib/web/cookie-check.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { forgetMailedSecret, readMailedSecret } from '#lib/web/mailed-secret.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'

export async function finishSetup(_previous: FormState, posted: FormData): Promise<FormState> {
  const { setup, settings, securityEvents } = await services()
  const { passwordMinLength, appOrigin } = settings
  const form = await readVisitorForm(posted, signUpSchema({ passwordMinLength, emailRequired: false }), '/setup')
  if (!form.ok) return form.state
  const { username, password } = form.value
  if (await isScriptWithoutCookies()) return form.refuse({ code: 'cookies_off' })
  const token = (await readMailedSecret('/setup')) ?? ''

  const made = await orNotSaved(setup.finish(token, { username, password }))
  if (!made.ok) {
    if (made.code === 'link_void') securityEvents.note({ event: 'link.refused', code: 'setup' })
    return form.refuse(made)
  }
  await forgetMailedSecret('/setup', appOrigin)
  await recordOwn('setup.finished', made.value.id)
  const begun = await beginSession(made.value, { isNewPerson: true })
  if (!begun.ok) return form.refuse({ code: 'signed_up_only' })
  redirect(await afterLogIn('/admin'))
}
