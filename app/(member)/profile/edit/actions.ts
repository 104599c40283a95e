'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function saveProfile(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('profile.save', posted)
}
