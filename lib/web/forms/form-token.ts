// Ties a form to the log-in it was rendered for, in addition to the origin check (NIST SP 800-63B-4, 5.1). Renewing the
// session's token does not change it, so that forms in other tabs stay valid.
import { isKeyedHash, keyedHash } from '#lib/core/crypto/keyed-hash.ts'

/** The user and time of the log-in, the same in all records of a renewed session. */
export interface LogIn {
  userId: string
  startedAt: number
}

const purpose = 'form'

export function formTokenFor({ userId, startedAt }: LogIn, secrets: readonly string[]): string {
  return keyedHash(`${userId} ${startedAt}`, purpose, secrets)
}

/** Compares in constant time, and accepts older secrets. */
export function isFormTokenOf({ userId, startedAt }: LogIn, token: unknown, secrets: readonly string[]): boolean {
  return typeof token === 'string' && isKeyedHash(token, `${userId} ${startedAt}`, purpose, secrets)
}
