// Decides whether a password or a code may be tried now and counts wrong ones. Compares nothing itself, and answers
// unknown names like known ones.
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import type { RequestInfo } from '../../core/mail/message.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import type { Failures, LockoutStore, UserRecord, UserStore } from '../../stores/types.ts'
import type { NameKind } from '../log-in-name.ts'
import { mostFailures, noFailures, sumOf, waitLeft } from './back-off.ts'
import { createFailureCounts, type Secret, secretOf } from './failure-counts.ts'

/** The client of a log-in, as far as the request shows. */
export interface LoginClient {
  by: RequestInfo
  /**
   * Whether this browser logged in as the user before, with the present password. Known browsers have their own budget,
   * which an attacker cannot use up.
   */
  isKnown(user: Pick<UserRecord, 'id' | 'passwordChangedAt'>): boolean
}

/** `too_soon_here` is about the IP address, whatever the username. */
export type LockoutFault =
  | { code: 'too_soon' | 'too_soon_here'; waitMs: number }
  | { code: 'password_locked' | 'second_factor_locked' }

const lockedCodes = { password: 'password_locked', 'second-factor': 'second_factor_locked' } as const

/** `matched` is null when nothing was compared. */
export interface Compared<Value> {
  matched: boolean | null
  value: Value
}

export interface Lockout {
  /**
   * Calls `compare` unless it is too soon for this user or client, and counts a mismatch. Serialised per user and kind
   * of browser, and per IP address, so that concurrent attempts are not more attempts. Each secret has its own count:
   * the right password resets no count of codes.
   *
   * `typed` is what named the user at a log-in. Failures by username and by e-mail address add up, but a wait shows only
   * under the name that caused it. Under the other, `compare` gets null and the attempt fails: a wait would reveal that
   * both names belong to one account.
   */
  attempt<Value>(
    whom: { name: string; user: UserRecord | null; secret?: Secret; typed?: NameKind },
    loginClient: LoginClient,
    compare: (user: UserRecord | null) => Promise<Compared<Value>>,
  ): Promise<{ ok: true; value: Value } | ({ ok: false } & LockoutFault)>
  /** Resolves when the pending counts are stored or have failed. */
  settle(): Promise<void>
}

export function createLockout(deps: {
  users: UserStore
  lockouts: LockoutStore
  rateLimits: RateLimits
  clock: Clock
  /** Called when a user’s password or second factor is locked for browsers of one kind. */
  onLocked: (user: UserRecord, secret: Secret, loginClient: LoginClient) => Promise<void>
}): Lockout {
  const { users, lockouts, rateLimits, clock, onLocked } = deps
  const counts = createFailureCounts(lockouts)
  const turns = new Map<string, Promise<unknown>>()

  function inTurn<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work)
    turns.set(key, turn)
    const done = () => {
      if (turns.get(key) === turn) turns.delete(key)
    }
    turn.then(done, done)
    return turn
  }

  function faultOf(secret: Secret, failures: Failures): LockoutFault | null {
    if (!rateLimits.enabled) return null
    if (failures.count >= mostFailures) return { code: lockedCodes[secret] }
    const waitMs = waitLeft(failures, clock())
    return waitMs > 0 ? { code: 'too_soon', waitMs } : null
  }

  return {
    async attempt({ name, user, secret = 'password', typed }, loginClient, compare) {
      const id = user?.id ?? null
      const browser = user !== null && loginClient.isKnown(user) ? 'known' : 'new'
      const isByName = secret === 'password' && browser === 'new' && user !== null
      // Hash it: users type passwords into the username field.
      const keyFor = (kind: NameKind) => `${secret} ${browser} ${id ?? sha256(name)}${isByName ? ` ${kind}` : ''}`
      const kind: NameKind = isByName && typed === 'email' ? 'email' : 'username'
      const key = keyFor(kind)
      const network = countedAddress(loginClient.by.address)

      const forPerson = async () => {
        const present = id === null ? null : await users.find(id)
        const countedAs = (as: NameKind) => ({
          key: keyFor(as),
          subject: present && secretOf(secret, present, browser, as),
        })
        const counted = countedAs(kind)
        const failures = await counts.read(counted)
        const other = isByName ? countedAs(kind === 'email' ? 'username' : 'email') : null
        const findAll = async (own: Failures) => sumOf(own, other === null ? noFailures : await counts.read(other))
        const before = await findAll(failures)
        const fault = faultOf(secret, typed === undefined ? before : failures)
        if (fault !== null) return { ok: false, ...fault } as const
        const compared = await compare(faultOf(secret, before) === null ? present : null)
        if (compared.matched === false) {
          const failed = { count: failures.count + 1, lastAt: clock() }
          await counts.add(counted, failed, async (own) => {
            // With rate limits off, nobody is locked out.
            if (!present || !rateLimits.enabled || before.count >= mostFailures) return
            if ((await findAll(own)).count >= mostFailures) await onLocked(present, secret, loginClient)
          })
        }
        if (compared.matched && failures.count > 0) await counts.forgive(counted)
        if (compared.matched && other !== null && before.count > failures.count) await counts.forgive(other)
        return { ok: true, ...compared } as const
      }

      const fromAddress = async () => {
        const waitMs = await rateLimits.take('wrong-password', network)
        if (waitMs > 0) return { ok: false, code: 'too_soon_here', waitMs } as const
        let isWrong = false
        try {
          const done = await inTurn(key, forPerson)
          isWrong = done.ok && done.matched === false
          return done
        } finally {
          // Only a wrong password counts as a guess. Store failures do not.
          if (!isWrong) await rateLimits.giveBack('wrong-password', network)
        }
      }

      // Serialise: concurrent right passwords would take each other’s budget before they give it back.
      const tried = await (browser === 'known' ? inTurn(key, forPerson) : inTurn(`address ${network}`, fromAddress))
      return tried.ok ? { ok: true, value: tried.value } : tried
    },

    settle: counts.settle,
  }
}
