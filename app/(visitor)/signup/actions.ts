'use server'

import { redirect } from 'next/navigation'
import { signUpSchema } from '#lib/accounts/forms.ts'
import { services } from '#lib/services.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { beginSession } from '#lib/web/log-in-session.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { getWords } from '#lib/web/words.ts'
import { busySeconds, passwordSentence } from '#lib/words/sentences.ts'

export async function signUp(_previous: FormState, posted: FormData): Promise<FormState> {
  const { accounts, settings } = await services()
  const form = await readForm(posted, signUpSchema(settings.passwordMinLength))
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const words = await getWords()

  const fault = await accounts.findPasswordFault({ username, password })
  if (fault !== null) return form.refuse({ errors: { password: passwordSentence(words, fault) } })
  const signedUp = await orNotSaved(accounts.signUp({ username, password }))
  if (!signedUp.ok) {
    const sentence = words(`errors.${signedUp.code}`, { seconds: busySeconds })
    return form.refuse(signedUp.code === 'username_taken' ? { errors: { username: sentence } } : { alert: sentence })
  }

  const begun = await beginSession(signedUp.value.id)
  if (!begun.ok) return form.refuse({ alert: words('errors.signed_up_only') })
  redirect(safeNextPath(next) ?? '/')
}
