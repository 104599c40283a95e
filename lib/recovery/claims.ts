// Which mailed secret still speaks for an account. Every recovery raises the account's generation, and voids what was sent
// before it, except what went to an address that was verified earlier than the one that recovered the account: of two
// mailboxes, the one that was proved first has the stronger claim. So an address that a thief adds never outlives, and never
// voids, the claim of the owner's own.
import { z } from 'zod'
import { disownLifeMs } from '../mail/letter.ts'
import { emailKey } from '../stores/records.ts'
import type { FormerAddress, UserRecord } from '../stores/types.ts'

export const claimSchema = z.strictObject({
  /** The address that the secret was mailed to; null for one that an admin or the operator handed over. */
  email: z.string().nullable(),
  /** When that address was verified; null without an address. */
  verifiedAt: z.int().nullable(),
  /** The account's recovery generation at that moment. */
  generation: z.int().min(0),
})

export type Claim = z.infer<typeof claimSchema>

type Account = Pick<
  UserRecord,
  'email' | 'emailVerifiedAt' | 'status' | 'deletedAt' | 'recoveryGeneration' | 'recoveryAddressVerifiedAt'
>

/** What a secret that is mailed now claims. */
export function claimOf({ emailVerifiedAt, recoveryGeneration }: Account, email: string | null): Claim {
  return { email, verifiedAt: email === null ? null : emailVerifiedAt, generation: recoveryGeneration }
}

/** Whether the account's owner may still use the claim. An account that an administrator deleted is theirs to bring back. */
export function counts(claim: Claim, user: Account): boolean {
  if (user.deletedAt !== null && user.status === 'suspended') return false
  if (claim.generation === user.recoveryGeneration) return true
  return claim.verifiedAt !== null && claim.verifiedAt < user.recoveryAddressVerifiedAt
}

/**
 * Whether the claim's address is the account's, or was verified before the one that took its place. Where none did, before
 * any that gave way lately: an address that somebody added for a day has no way back.
 */
export function holdsAddress({ email, verifiedAt }: Claim, user: Holder, now: number): boolean {
  if (email === null) return true
  if (isPresent(email, user)) return true
  if (verifiedAt === null) return false
  if (user.emailVerifiedAt !== null) return verifiedAt < user.emailVerifiedAt
  return verifiedAt <= (formerOf(user, now)?.verifiedAt ?? verifiedAt)
}

/** Whether it is the account's verified address. */
export function isPresent(email: string, user: Pick<UserRecord, 'email' | 'emailVerifiedAt'>): boolean {
  return user.emailVerifiedAt !== null && user.email !== null && emailKey(user.email) === emailKey(email)
}

type Holder = Pick<UserRecord, 'email' | 'emailVerifiedAt' | 'formerAddress'>

function formerOf({ formerAddress }: Holder, now: number): FormerAddress | null {
  return formerAddress !== null && now < formerAddress.until ? formerAddress : null
}

/** What is remembered once the present address gives way: of two the one that was verified first. */
export function formerAfter(user: Holder, now: number): FormerAddress | null {
  const former = formerOf(user, now)
  const { email, emailVerifiedAt } = user
  if (email === null || emailVerifiedAt === null) return former
  if (former !== null && former.verifiedAt <= emailVerifiedAt) return former
  return { email, verifiedAt: emailVerifiedAt, until: now + disownLifeMs }
}

/**
 * When an address counts as verified that is verified now: after every other, whatever the clocks said then, unless it is
 * the one that gave way and comes back.
 */
export function verifiedTime(user: Holder, email: string, now: number): number {
  const former = formerOf(user, now)
  if (former !== null && emailKey(former.email) === emailKey(email)) return former.verifiedAt
  return Math.max(now, (user.emailVerifiedAt ?? 0) + 1, (former?.verifiedAt ?? 0) + 1)
}
