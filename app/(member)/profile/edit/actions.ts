'use server'

import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
import { profileSchema } from '#lib/accounts/profile.ts'
import { services } from '#lib/services.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { recordOwn } from '#lib/web/record.ts'
import { getWords } from '#lib/web/words.ts'

export async function saveProfile(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-profile', '/profile/edit')
  const form = await readForm(posted, profileSchema, session)
  if (!form.ok) return form.state
  const { accounts, formDrafts } = await services()

  const saved = await orNotSaved(accounts.saveProfile(user.id, form.value))
  if (!saved.ok && saved.code === 'person_gone') redirect('/login?reason=ended')
  if (!saved.ok) return form.refuse({ alert: (await getWords())('errors.not_saved') })
  await recordOwn('profile.changed', user.id)
  await formDrafts.forget(session.id)
  // The sidebar names the person: without this, the page that React goes on to keeps the old name there.
  revalidatePath('/', 'layout')
  redirect('/profile?saved=1')
}
