// A user’s e-mail address: added, verified by a code, changed, removed. One user can verify an address, and nothing
// here reveals whether another user has it.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Alerts } from '../../auth/alerts.ts'
import { formerAfter, verifiedTime } from '../../auth/claims.ts'
import type { Clock } from '../../core/clock.ts'
import { isKeyedHash, keyedHash } from '../../core/crypto/keyed-hash.ts'
import { newCode } from '../../core/crypto/random.ts'
import { codeLifeMs } from '../../core/lifetimes.ts'
import { type Mail, type RequestInfo, readerOf } from '../../core/mail/message.ts'
import { oneTimeTokens } from '../../core/one-time-tokens.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { emailKey } from '../../stores/records.ts'
import type { TokenStore, UserRecord, UserStore } from '../../stores/types.ts'

export type TooSoon = { ok: false; code: 'mail_too_soon'; waitMs: number }

export interface Addresses {
  /**
   * Stores the address and mails a code to it. A verified address stays until the new one is verified; an unverified
   * one is replaced.
   */
  add(userId: string, address: string, by: RequestInfo): Promise<Result<null, 'person_gone' | 'address_same'> | TooSoon>
  /** Mails a new code to the unverified address. The earlier code is void. */
  sendCode(userId: string, by: RequestInfo): Promise<Result<null, 'person_gone' | 'address_none'> | TooSoon>
  /**
   * Verifies the address. Single use, five attempts. `code_void` when there is no code, it expired, was tried too
   * often, or belongs to a replaced address. The old address gets an alert.
   */
  verify(
    userId: string,
    code: string,
    by: RequestInfo,
  ): Promise<Result<'added' | 'changed', 'person_gone' | 'code_wrong' | 'code_void' | 'address_taken'>>
  /** Also cancels a pending change. A verified address gets an alert. */
  remove(userId: string, by: RequestInfo): Promise<Result<null, 'person_gone' | 'address_none'>>
}

const purpose = 'verify-email'
/** Compared in the same step as the write: a concurrent suspension or deletion wins. */
const present = { status: 'active', deletedAt: null } as const
const detail = z.strictObject({ address: z.string(), hash: z.string(), generation: z.int().default(0) })

/** The address that is not verified yet, or null. */
export function addressToVerify({
  email,
  emailVerifiedAt,
  newEmail,
}: Pick<UserRecord, 'email' | 'emailVerifiedAt' | 'newEmail'>): string | null {
  return newEmail ?? (emailVerifiedAt === null ? email : null)
}

export function createAddresses(deps: {
  users: UserStore
  tokens: TokenStore
  mail: Mail
  rateLimits: RateLimits
  alerts: Alerts
  secrets: readonly string[]
  clock: Clock
}): Addresses {
  const { users, tokens: store, mail, rateLimits, alerts, secrets, clock } = deps
  /** One per user. It is found without the code, so that wrong codes can be counted. */
  const codes = oneTimeTokens({ store, clock, purpose, lifeMs: codeLifeMs, detail })

  async function findActive(id: string): Promise<UserRecord | null> {
    const user = await users.find(id)
    return user?.status === 'active' && user.deletedAt === null ? user : null
  }

  /** Milliseconds until another code may be sent, or 0. */
  async function waitForNext(userId: string, address: string): Promise<number> {
    const counted = [
      ['code-mail-pause', userId],
      ['code-mail', userId],
      ['code-mail-to', emailKey(address)],
    ] as const
    for (const [at, [rule, whom]] of counted.entries()) {
      const waitMs = await rateLimits.take(rule, whom)
      if (waitMs === 0) continue
      // No code is sent: what others used up must not cost this user's own codes.
      for (const [earlier, of] of counted.slice(0, at)) await rateLimits.giveBack(earlier, of)
      return waitMs
    }
    return 0
  }

  async function mailCode(user: UserRecord, address: string, by: RequestInfo): Promise<void> {
    const { id, username, recoveryGeneration } = user
    const code = newCode()
    const hash = keyedHash(codeOf(id, address, code), purpose, secrets)
    await codes.put(id, { address, hash, generation: recoveryGeneration })
    const owner = await users.findByVerifiedEmail(address)
    // Alert the owner of the address and mail no code. The requester sees the usual answer, which hides the owner.
    if (owner !== null && owner.id !== id)
      await mail.post({ kind: 'address-in-use', to: address, username: owner.username, by, reader: readerOf(owner) })
    else await mail.post({ kind: 'verify-email', to: address, username, code, by, reader: readerOf(user) })
  }

  return {
    async add(userId, address, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const isVerified = user.emailVerifiedAt !== null
      if (isVerified && emailKey(address) === emailKey(user.email ?? '')) return refused('address_same')
      const waitMs = await waitForNext(userId, address)
      if (waitMs > 0) return { ok: false, code: 'mail_too_soon', waitMs }
      const { email, emailVerifiedAt, recoveryGeneration } = user
      const change = isVerified ? { newEmail: address } : { email: address, emailVerifiedAt: null }
      const given = await users.update(userId, change, { ...present, email, emailVerifiedAt, recoveryGeneration })
      if (given === null) return refused('person_gone')
      await mailCode(given, address, by)
      return ok(null)
    },

    async sendCode(userId, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const address = addressToVerify(user)
      if (address === null) return refused('address_none')
      const waitMs = await waitForNext(userId, address)
      if (waitMs > 0) return { ok: false, code: 'mail_too_soon', waitMs }
      await mailCode(user, address, by)
      return ok(null)
    },

    async verify(userId, code, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const sent = await codes.find(userId)
      if (sent === null) return refused('code_void')
      const { address, hash, generation } = sent.detail
      if (address !== addressToVerify(user) || generation !== user.recoveryGeneration) return refused('code_void')
      // Count before comparing: concurrent attempts share the limit of five.
      if ((await rateLimits.take('code-try', `${userId} ${hash}`)) > 0) return refused('code_void')
      if (!isKeyedHash(hash, codeOf(userId, address, code), purpose, secrets)) return refused('code_wrong')
      const taken = await codes.take(userId)
      if (!isDeepStrictEqual(taken, sent)) return refused('code_void')
      const { email, emailVerifiedAt, newEmail, recoveryGeneration, formerAddress } = user
      const now = clock()
      const change = {
        email: address,
        emailVerifiedAt: verifiedTime(user, address, now),
        newEmail: null,
        formerAddress: formerAfter(user, now),
      }
      const asRead = { ...present, email, emailVerifiedAt, newEmail, recoveryGeneration, formerAddress }
      const verified = await users.changeEmail(userId, change, asRead)
      if (verified === 'email_taken') return refused('address_taken')
      if (verified === null) return refused('code_void')
      if (emailVerifiedAt === null) return ok('added')
      await alerts.tell(user, 'address-changed', by)
      return ok('changed')
    },

    async remove(userId, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const { email, emailVerifiedAt, newEmail, formerAddress, recoveryGeneration } = user
      if (email === null && newEmail === null) return refused('address_none')
      const nothing = { email: null, emailVerifiedAt: null, newEmail: null, formerAddress: formerAfter(user, clock()) }
      const asRead = { ...present, email, emailVerifiedAt, formerAddress, recoveryGeneration }
      const removed = await users.update(userId, nothing, asRead)
      if (removed === null) return refused('person_gone')
      await alerts.tell(user, 'address-removed', by)
      return ok(null)
    },
  }
}

const codeOf = (userId: string, address: string, code: string) => JSON.stringify([userId, address, code])
