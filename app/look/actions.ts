'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

/** The one action that an impersonating administrator may take. */
export async function stopLooking(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('impersonation.end', posted)
}
