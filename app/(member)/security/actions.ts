'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function endSession(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('sessions.end', posted)
}

export async function endOtherSessions(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('sessions.end-others', posted)
}
