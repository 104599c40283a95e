// The ids of the records that remember the last use of a second factor.
import { sha256 } from '../core/crypto/hash.ts'

export const totpUseId = (userId: string) => `totp ${userId}`

/** The credential id comes from the browser and may be long. */
export const passkeyUseId = (credentialId: string) => `passkey ${sha256(credentialId)}`
