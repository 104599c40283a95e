'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function verifyEmail(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('email.verify', posted)
}

export async function resendCode(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('email.send-code', posted)
}
