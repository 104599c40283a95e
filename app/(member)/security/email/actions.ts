'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function giveAddress(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('email.add', posted)
}

export async function removeAddress(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('email.remove', posted)
}
