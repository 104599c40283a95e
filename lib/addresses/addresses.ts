// A person's e-mail address: given, proved by a code, changed, removed. One address belongs to one person, whoever
// proves it first; nobody learns from here whether somebody else has it.
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { oneTimeTokens } from '../core/one-time-tokens.ts'
import { isKeyedHash, keyedHash } from '../crypto/keyed-hash.ts'
import { newCode } from '../crypto/random.ts'
import { codeLifeMs } from '../mail/letter.ts'
import { type Mail, type RequestInfo, readerOf } from '../mail/message.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import { formerAfter, verifiedTime } from '../recovery/claims.ts'
import type { Notices } from '../recovery/notices.ts'
import { ok, type Result, refused } from '../result.ts'
import { emailKey } from '../stores/records.ts'
import type { TokenStore, UserRecord, UserStore } from '../stores/types.ts'

export type TooSoon = { ok: false; code: 'mail_too_soon'; waitMs: number }

export interface Addresses {
  /**
   * Takes the address down and sends a code to it. Beside a verified address it waits until it is proved; otherwise it
   * takes the place of what was there.
   */
  give(
    userId: string,
    address: string,
    by: RequestInfo,
  ): Promise<Result<null, 'person_gone' | 'address_same'> | TooSoon>
  /** A code to the address that waits for one; the earlier code is void. */
  resend(userId: string, by: RequestInfo): Promise<Result<null, 'person_gone' | 'address_none'> | TooSoon>
  /**
   * The code proves the address. Single use, five tries. `code_void` when no code is waiting, it is too old, was tried
   * too often, or belongs to an address that was replaced. The old address, if there was one, is told.
   */
  verify(
    userId: string,
    code: string,
    by: RequestInfo,
  ): Promise<Result<'added' | 'changed', 'person_gone' | 'code_wrong' | 'code_void' | 'address_taken'>>
  /** Also gives up a change that waits. The address is told, if it was verified. */
  remove(userId: string, by: RequestInfo): Promise<Result<null, 'person_gone' | 'address_none'>>
}

const purpose = 'verify-email'
/** Decided where it is written: whoever was suspended or left meanwhile changes nothing. */
const present = { status: 'active', deletedAt: null } as const
const detail = z.strictObject({ address: z.string(), hash: z.string(), generation: z.int().default(0) })

/** The address that waits to be proved, or null. */
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
  limits: RateLimits
  notices: Notices
  secrets: readonly string[]
  clock: Clock
}): Addresses {
  const { users, tokens: store, mail, limits, notices, secrets, clock } = deps
  /** One per user, found without the code. */
  const codes = oneTimeTokens({ store, clock, purpose, lifeMs: codeLifeMs, detail })

  async function findActive(id: string): Promise<UserRecord | null> {
    const user = await users.find(id)
    return user?.status === 'active' && user.deletedAt === null ? user : null
  }

  /** Milliseconds until another code may go out, or 0. */
  async function waitForNext(userId: string, address: string): Promise<number> {
    const waits = [
      () => limits.take('code-mail-pause', userId),
      () => limits.take('code-mail', userId),
      () => limits.take('code-mail-to', emailKey(address)),
    ]
    for (const wait of waits) {
      const waitMs = await wait()
      if (waitMs > 0) return waitMs
    }
    return 0
  }

  async function sendCode(user: UserRecord, address: string, by: RequestInfo): Promise<void> {
    const { id, username, recoveryGeneration } = user
    const code = newCode()
    const hash = keyedHash(codeOf(id, address, code), purpose, secrets)
    await codes.put(id, { address, hash, generation: recoveryGeneration })
    const owner = await users.findByVerifiedEmail(address)
    // Whoever has it is told, and the one who asks learns nothing: a code is waiting that nobody knows.
    if (owner !== null && owner.id !== id)
      await mail.post({ kind: 'address-in-use', to: address, username: owner.username, by, reader: readerOf(owner) })
    else await mail.post({ kind: 'verify-email', to: address, username, code, by, reader: readerOf(user) })
  }

  return {
    async give(userId, address, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const isVerified = user.emailVerifiedAt !== null
      if (isVerified && emailKey(address) === emailKey(user.email ?? '')) return refused('address_same')
      const waitMs = await waitForNext(userId, address)
      if (waitMs > 0) return { ok: false, code: 'mail_too_soon', waitMs }
      const { email, emailVerifiedAt } = user
      const change = isVerified ? { newEmail: address } : { email: address }
      const given = await users.update(userId, change, { ...present, email, emailVerifiedAt })
      if (given === null || given === 'last_admin' || given === 'email_taken') return refused('person_gone')
      await sendCode(given, address, by)
      return ok(null)
    },

    async resend(userId, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const address = addressToVerify(user)
      if (address === null) return refused('address_none')
      const waitMs = await waitForNext(userId, address)
      if (waitMs > 0) return { ok: false, code: 'mail_too_soon', waitMs }
      await sendCode(user, address, by)
      return ok(null)
    },

    async verify(userId, code, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const sent = await codes.find(userId)
      if (sent === null) return refused('code_void')
      const { address, hash, generation } = sent.detail
      if (address !== addressToVerify(user) || generation !== user.recoveryGeneration) return refused('code_void')
      // Counted before it is compared, for this code: many tries at once are no more than five.
      if ((await limits.take('code-try', `${userId} ${hash}`)) > 0) return refused('code_void')
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
      const verified = await users.update(userId, change, asRead)
      if (verified === 'email_taken') return refused('address_taken')
      if (verified === null || verified === 'last_admin') return refused('code_void')
      if (emailVerifiedAt === null) return ok('added')
      await notices.tell(user, 'address-changed', by)
      return ok('changed')
    },

    async remove(userId, by) {
      const user = await findActive(userId)
      if (user === null) return refused('person_gone')
      const { email, emailVerifiedAt, newEmail, formerAddress } = user
      if (email === null && newEmail === null) return refused('address_none')
      const nothing = { email: null, emailVerifiedAt: null, newEmail: null, formerAddress: formerAfter(user, clock()) }
      const removed = await users.update(userId, nothing, { ...present, email, emailVerifiedAt, formerAddress })
      if (removed === null) return refused('person_gone')
      await notices.tell(user, 'address-removed', by)
      return ok(null)
    },
  }
}

const codeOf = (userId: string, address: string, code: string) => JSON.stringify([userId, address, code])
