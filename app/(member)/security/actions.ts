'use server'

import { redirect } from 'next/navigation'
import { actFields } from '#lib/interrupted-acts/interrupted-acts.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { doWithRecentProof } from '#lib/web/recent-proof.ts'

export async function endSession(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requirePermission('leave', '/security')
  const form = await readForm(posted, actFields['end-session'], session)
  if (!form.ok) return form.state
  redirect(await doWithRecentProof('/security', { name: 'end-session', fields: form.value }))
}

export async function endOtherSessions(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requirePermission('leave', '/security')
  const form = await readForm(posted, actFields['end-other-sessions'], session)
  if (!form.ok) return form.state
  redirect(await doWithRecentProof('/security', { name: 'end-other-sessions', fields: form.value }))
}
