'use server'

import { redirect } from 'next/navigation'
import { actFields } from '#lib/interrupted-acts/interrupted-acts.ts'
import { changeOwnUsername } from '#lib/web/acts.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { requireProofFor } from '#lib/web/recent-proof.ts'
import { getWords } from '#lib/web/words.ts'
import { waitTime } from '#lib/words/time.ts'

export async function changeUsername(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-account', '/security/username')
  const form = await readForm(posted, actFields['change-username'], session)
  if (!form.ok) return form.state
  await requireProofFor({ name: 'change-username', fields: form.value }, '/security/username')
  const words = await getWords()

  const renamed = await orNotSaved(changeOwnUsername(user.id, form.value.username))
  if (renamed.ok) redirect('/security?username=changed')
  switch (renamed.code) {
    case 'person_gone':
      redirect('/login?reason=ended')
      break
    case 'username_taken':
      return form.refuse({ errors: { username: words('errors.username_taken') } })
    case 'rename_too_often':
      return form.refuse({ alert: words('errors.rename_too_often', { wait: waitTime(words, renamed.waitMs) }) })
    default:
      return form.refuse({ alert: words(`errors.${renamed.code}`) })
  }
}
