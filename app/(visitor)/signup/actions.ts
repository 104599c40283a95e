'use server'

import { redirect } from 'next/navigation'
import type { SignUpFault } from '#lib/accounts/accounts.ts'
import { signUpSchema } from '#lib/accounts/forms.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { readCircumstances } from '#lib/web/circumstances.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { getWords } from '#lib/web/words.ts'
import { signUpSentence } from '#lib/words/sentences.ts'

export async function signUp(_previous: FormState, posted: FormData): Promise<FormState> {
  const { accounts, addresses, settings } = await services()
  const form = await readForm(posted, signUpSchema(settings))
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const email = form.value.email || null
  const words = await getWords()

  const signedUp = await orNotSaved(accounts.signUp({ username, password, email }))
  if (!signedUp.ok) {
    if (signedUp.code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
    const sentence = signUpSentence(words, signedUp)
    const field = fieldOf(signedUp)
    return form.refuse(field === null ? { alert: sentence } : { errors: { [field]: sentence } })
  }

  const begun = await beginSession(signedUp.value, { isNewPerson: true })
  if (!begun.ok) return form.refuse({ alert: words('errors.signed_up_only') })
  if (email === null) redirect(safeNextPath(next) ?? '/')
  // Should the code not go out, the page that asks for it can send another.
  await orNotSaved(addresses.resend(signedUp.value.id, await readCircumstances()))
  redirect('/verify-email')
}

/** The field that can mend it, or null when only waiting can. */
function fieldOf({ code }: SignUpFault): 'username' | 'password' | null {
  if (code === 'busy') return null
  return code === 'username_taken' ? 'username' : 'password'
}
