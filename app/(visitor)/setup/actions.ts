'use server'

import { redirect } from 'next/navigation'
import { signUpSchema } from '#lib/accounts/forms.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { afterLogIn, isScriptWithoutCookies } from '#lib/web/cookie-check.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { forgetMailedSecret, readMailedSecret } from '#lib/web/mailed-secret.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'
import { getWords } from '#lib/web/words.ts'
import { signUpSentence } from '#lib/words/sentences.ts'

export async function finishSetup(_previous: FormState, posted: FormData): Promise<FormState> {
  const { setup, settings, securityEvents } = await services()
  const { passwordMinLength, appOrigin } = settings
  const form = await readVisitorForm(posted, signUpSchema({ passwordMinLength, emailRequired: false }), '/setup')
  if (!form.ok) return form.state
  const { username, password } = form.value
  const words = await getWords()
  if (await isScriptWithoutCookies()) return form.refuse({ alert: words('login.cookies_off') })
  const token = (await readMailedSecret('/setup')) ?? ''

  const made = await orNotSaved(setup.finish(token, { username, password }))
  if (!made.ok) {
    if (made.code === 'link_void') securityEvents.note({ event: 'link.refused', code: 'setup' })
    if (made.code === 'link_void') return form.refuse({ alert: words('errors.link_void') })
    if (made.code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
    const sentence = signUpSentence(words, made)
    if (made.code === 'busy') return form.refuse({ alert: sentence })
    return form.refuse({ errors: { [made.code === 'username_taken' ? 'username' : 'password']: sentence } })
  }
  await forgetMailedSecret('/setup', appOrigin)
  await recordOwn('setup.finished', made.value.id)
  const begun = await beginSession(made.value, { isNewPerson: true })
  if (!begun.ok) return form.refuse({ alert: words('errors.signed_up_only') })
  redirect(await afterLogIn('/admin'))
}
