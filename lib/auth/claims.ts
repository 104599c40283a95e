// Decides which mailed secret may still recover an account. Each recovery raises the account’s generation and voids
// secrets of earlier generations, except those sent to an address that was verified before the one that recovered it.
// The mailbox that was verified first wins, so an address that an attacker adds never outlives or voids the owner’s.

import { z } from 'zod'
import { compromiseReportLifeMs } from '../core/lifetimes.ts'
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

/** The claim of a secret that is mailed now. */
export function claimOf({ emailVerifiedAt, recoveryGeneration }: Account, email: string | null): Claim {
  return { email, verifiedAt: email === null ? null : emailVerifiedAt, generation: recoveryGeneration }
}

/**
 * Whether the claim is still valid for the account. False when an admin deleted the account: only an admin can restore
 * it.
 */
export function counts(claim: Claim, user: Account): boolean {
  if (user.deletedAt !== null && user.status === 'suspended') return false
  if (claim.generation === user.recoveryGeneration) return true
  return claim.verifiedAt !== null && claim.verifiedAt < user.recoveryAddressVerifiedAt
}

/**
 * Whether the claim's address is the account's, or was verified before the one that replaced it. Without a present
 * address: before any that was replaced lately, so that an address added for a day gives no way back.
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

/** The former address to store when the present one is replaced or removed: of the two, the one verified first. */
export function formerAfter(user: Holder, now: number): FormerAddress | null {
  const former = formerOf(user, now)
  const { email, emailVerifiedAt } = user
  if (email === null || emailVerifiedAt === null) return former
  // As long as any alert about this change is good.
  if (former !== null && former.verifiedAt <= emailVerifiedAt) return { ...former, until: now + compromiseReportLifeMs }
  return { email, verifiedAt: emailVerifiedAt, until: now + compromiseReportLifeMs }
}

export interface Mailbox {
  email: string
  verifiedAt: number
}

/** The addresses that may receive recovery links, the strongest claim first: the one verified earlier comes first. */
export function mailboxesOf(user: Holder, now: number): Mailbox[] {
  const former = formerOf(user, now)
  const { email, emailVerifiedAt: verifiedAt } = user
  const present = email === null || verifiedAt === null ? null : { email, verifiedAt }
  const isReplaced = former !== null && (present === null || former.verifiedAt < present.verifiedAt)
  return [...(isReplaced ? [former] : []), ...(present === null ? [] : [present])]
}

/**
 * The verification time to store for an address that is verified now: later than every other, whatever the clock says.
 * An address that returns keeps its old time.
 */
export function verifiedTime(user: Holder, email: string, now: number): number {
  const former = formerOf(user, now)
  if (former !== null && emailKey(former.email) === emailKey(email)) return former.verifiedAt
  return Math.max(now, (user.emailVerifiedAt ?? 0) + 1, (former?.verifiedAt ?? 0) + 1)
}
