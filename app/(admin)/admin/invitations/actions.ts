'use server'

import { requireRole } from '#lib/web/current-user.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { submitAct } from '#lib/web/submit-act.ts'

export async function invite(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/invitations')
  return submitAct('invite', posted, session)
}

export async function withdrawInvitation(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/invitations')
  return submitAct('withdraw-invitation', posted, session)
}
