// The key of an authenticator app at rest: sealed, because the site must read it to check a code.
import { z } from 'zod'
import { seal, unseal } from '../core/crypto/seal.ts'

export const totpKeyPurpose = 'totp'

/** The user id binds the seal: copied to another user, it does not open. */
const content = z.strictObject({ userId: z.string(), key: z.string().regex(/^[A-Z2-7]+$/) })

/** `key` in base32 without padding. */
export function sealTotpKey(key: string, userId: string, secrets: readonly string[]): Promise<string> {
  return seal(content.parse({ userId, key }), totpKeyPurpose, secrets)
}

/** Null when it was sealed for another user or with an unknown secret. */
export async function openTotpKey(sealed: string, userId: string, secrets: readonly string[]): Promise<string | null> {
  const { data } = content.safeParse(await unseal(sealed, totpKeyPurpose, secrets))
  return data?.userId === userId ? data.key : null
}
