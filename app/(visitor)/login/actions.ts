'use server'

import { redirect } from 'next/navigation'
import { logInSchema } from '#lib/accounts/forms.ts'
import { ok } from '#lib/result.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { getWords } from '#lib/web/words.ts'
import { busySeconds } from '#lib/words/sentences.ts'

export async function logIn(_previous: FormState, posted: FormData): Promise<FormState> {
  const form = await readForm(posted, logInSchema)
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const { accounts } = await services()
  const words = await getWords()

  const known = await orNotSaved(accounts.checkCredentials(username, password))
  if (!known.ok) return form.refuse({ alert: words(`errors.${known.code}`, { seconds: busySeconds }) })

  const user = known.value
  // Whoever deleted the account and logs in again keeps it.
  const isBack = user.deletedAt !== null
  if (isBack) {
    const restored = await orNotSaved(accounts.restore(user.id).then((is) => ok(is)))
    if (!restored.ok) return form.refuse({ alert: words('errors.not_saved') })
  }
  const begun = await beginSession(user)
  if (!begun.ok) {
    const code = begun.code === 'person_gone' ? 'credentials_wrong' : begun.code
    return form.refuse({ alert: words(`errors.${code}`) })
  }
  redirect(isBack ? '/?restored=1' : (safeNextPath(next) ?? '/'))
}
