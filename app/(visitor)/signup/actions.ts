'use server'

import { redirect } from 'next/navigation'
import type { SignUpFault } from '#lib/accounts/accounts.ts'
import { signUpSchema } from '#lib/accounts/forms.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { getWords } from '#lib/web/words.ts'
import { signUpSentence } from '#lib/words/sentences.ts'

export async function signUp(_previous: FormState, posted: FormData): Promise<FormState> {
  const { accounts, settings } = await services()
  const form = await readForm(posted, signUpSchema(settings.passwordMinLength))
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const words = await getWords()

  const signedUp = await orNotSaved(accounts.signUp({ username, password }))
  if (!signedUp.ok) {
    if (signedUp.code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
    const sentence = signUpSentence(words, signedUp)
    const field = fieldOf(signedUp)
    return form.refuse(field === null ? { alert: sentence } : { errors: { [field]: sentence } })
  }

  const begun = await beginSession(signedUp.value)
  if (!begun.ok) return form.refuse({ alert: words('errors.signed_up_only') })
  redirect(safeNextPath(next) ?? '/')
}

/** The field that can mend it, or null when only waiting can. */
function fieldOf({ code }: SignUpFault): 'username' | 'password' | null {
  if (code === 'busy') return null
  return code === 'username_taken' ? 'username' : 'password'
}
