// Handles a full disk or an unreachable database, which users get told, unlike a bug.
import { errorCode } from './error-code.ts'
import { type Result, refused } from './result.ts'

/** Returns `not_saved` when the store could not save and changed nothing. Other errors still throw. */
export async function orNotSaved<Outcome extends Result<unknown, string>>(
  attempt: Promise<Outcome>,
): Promise<Outcome | { ok: false; code: 'not_saved' }> {
  try {
    return await attempt
  } catch (error) {
    if (isStoreUnavailable(error)) return refused('not_saved')
    throw error
  }
}

export function isStoreUnavailable(error: unknown): boolean {
  return errorCode(error) === 'store_unavailable'
}
