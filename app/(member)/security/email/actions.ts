'use server'

import { redirect } from 'next/navigation'
import { actFields } from '#lib/interrupted-acts/interrupted-acts.ts'
import { giveOwnAddress } from '#lib/web/acts.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { doWithRecentProof, requireProofFor } from '#lib/web/recent-proof.ts'
import { getWords } from '#lib/web/words.ts'
import { waitTime } from '#lib/words/time.ts'

export async function giveAddress(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-account', '/security/email')
  const form = await readForm(posted, actFields['give-address'], session)
  if (!form.ok) return form.state
  await requireProofFor({ name: 'give-address', fields: form.value }, '/security/email')
  const words = await getWords()

  const given = await orNotSaved(giveOwnAddress(user.id, form.value.email))
  if (given.ok) redirect('/verify-email')
  switch (given.code) {
    case 'person_gone':
      redirect('/login?reason=ended')
      break
    case 'mail_too_soon':
      return form.refuse({ alert: words('errors.mail_too_soon', { wait: waitTime(words, given.waitMs) }) })
    case 'not_saved':
      return form.refuse({ alert: words('errors.not_saved') })
    default:
      return form.refuse({ errors: { email: words(`errors.${given.code}`) } })
  }
}

export async function removeAddress(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requirePermission('change-account', '/security/email')
  const form = await readForm(posted, actFields['remove-address'], session)
  if (!form.ok) return form.state
  redirect(await doWithRecentProof('/security/email', { name: 'remove-address', fields: form.value }))
}
