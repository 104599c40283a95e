'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function invite(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('invitations.create', posted)
}

export async function withdrawInvitation(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('invitations.withdraw', posted)
}
