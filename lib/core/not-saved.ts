// A disk that is full or a database that is away: expected often enough to have words, unlike a bug.
import { type Result, refused } from './result.ts'

/** The result, or `not_saved` when the store could not keep it and has changed nothing. Everything else still throws. */
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

/** By code: the error may come from another bundle's copy of the class. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'store_unavailable'
}
