// Which mailed secret still speaks for an account. Every recovery raises the account's generation, and voids what was sent
// before it, except what went to an address that was verified earlier than the one that recovered the account: of two
// mailboxes, the one that was proved first has the stronger claim. So an address that a thief adds never outlives, and never
// voids, the claim of the owner's own.
import { z } from 'zod'
import type { TokenRecord, UserRecord } from '../stores/types.ts'

export interface Claim {
  /** Where the secret was mailed to; null for one that an administrator or the operator handed over. */
  email: string | null
  /** When that address was verified; null where none was. */
  verifiedAt: number | null
  /** The account's recovery generation at that moment. */
  generation: number
}

const claimSchema = z.strictObject({
  email: z.string().nullable(),
  verifiedAt: z.int().nullable(),
  generation: z.int().min(0),
})

type Account = Pick<
  UserRecord,
  'email' | 'emailVerifiedAt' | 'status' | 'deletedAt' | 'recoveryGeneration' | 'recoveryAddressVerifiedAt'
>

/** What a secret that is mailed now claims. */
export function claimOf({ emailVerifiedAt, recoveryGeneration }: Account, email: string | null): Claim {
  return { email, verifiedAt: email === null ? null : emailVerifiedAt, generation: recoveryGeneration }
}

/** Null for what this version did not write: a link of an earlier one is asked for again. */
export function readClaim({ detail }: Pick<TokenRecord, 'detail'>): Claim | null {
  try {
    return claimSchema.safeParse(JSON.parse(detail)).data ?? null
  } catch {
    return null
  }
}

/** Whether the account's owner may still use the claim. An account that an administrator deleted is theirs to bring back. */
export function counts(claim: Claim, user: Account): boolean {
  if (user.deletedAt !== null && user.status === 'suspended') return false
  if (claim.generation === user.recoveryGeneration) return true
  return claim.verifiedAt !== null && claim.verifiedAt < user.recoveryAddressVerifiedAt
}

/** Whether the claim's address is the account's, or was verified before the one that took its place. */
export function holdsAddress({ email, verifiedAt }: Claim, user: Account): boolean {
  if (email === null) return true
  if (user.emailVerifiedAt === null) return verifiedAt !== null
  return user.email === email || (verifiedAt !== null && verifiedAt < user.emailVerifiedAt)
}
