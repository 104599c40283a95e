'use server'

import { redirect } from 'next/navigation'
import { actFields } from '#lib/interrupted-acts/interrupted-acts.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { doWithRecentProof } from '#lib/web/recent-proof.ts'

export async function deleteAccount(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requirePermission('leave', '/security/delete')
  const form = await readForm(posted, actFields['delete-account'], session)
  if (!form.ok) return form.state
  redirect(await doWithRecentProof('/security/delete', { name: 'delete-account', fields: form.value }))
}
