// The ids of the records that remember the last use of a second factor.
import { sha256 } from '../core/crypto/hash.ts'
import type { CredentialUseStore, UserRecord } from '../stores/types.ts'

export const totpUseId = (userId: string) => `totp ${userId}`

/** The credential id comes from the browser and may be long. */
export const passkeyUseId = (credentialId: string) => `passkey ${sha256(credentialId)}`

/** Forgets the uses of factors that the user no longer has. */
export async function forgetRemoved(
  credentialUses: CredentialUseStore,
  { id, totp, passkeys }: Pick<UserRecord, 'id' | 'totp' | 'passkeys'>,
): Promise<void> {
  const kept = [...(totp === null ? [] : [totpUseId(id)]), ...passkeys.map((passkey) => passkeyUseId(passkey.id))]
  const uses = await credentialUses.listByUser(id)
  for (const use of uses) if (!kept.includes(use.id)) await credentialUses.forget(use.id)
}
