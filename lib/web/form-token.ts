// What ties a form to the log-in it was rendered for: NIST SP 800-63B-4, 5.1, asks that what is posted carries it, beside
// the origin check. It stays the same when the session's token is renewed, so that a form in another tab can still be sent.
import { isKeyedHash, keyedHash } from '#lib/core/crypto/keyed-hash.ts'

/** Whose log-in, and when: the same in every record of a session that is renewed. */
export interface LogIn {
  userId: string
  startedAt: number
}

const purpose = 'form'

export function formTokenFor({ userId, startedAt }: LogIn, secrets: readonly string[]): string {
  return keyedHash(`${userId} ${startedAt}`, purpose, secrets)
}

/** In constant time. Tokens from before a secret was rotated count. */
export function isFormTokenOf({ userId, startedAt }: LogIn, token: unknown, secrets: readonly string[]): boolean {
  return typeof token === 'string' && isKeyedHash(token, `${userId} ${startedAt}`, purpose, secrets)
}
