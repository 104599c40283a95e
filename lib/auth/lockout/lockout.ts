// Decides whether a password or a code may be tried now and counts wrong ones. Compares nothing itself, and answers
// unknown names like known ones.
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import type { RequestInfo } from '../../core/mail/message.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import type { LockoutStore, UserRecord, UserStore } from '../../stores/types.ts'
import { mostFailures, waitLeft } from './back-off.ts'
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
   */
  attempt<Value>(
    whom: { name: string; user: UserRecord | null; secret?: Secret },
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

  return {
    async attempt({ name, user, secret = 'password' }, loginClient, compare) {
      const id = user?.id ?? null
      const browser = user !== null && loginClient.isKnown(user) ? 'known' : 'new'
      // Hash it: users type passwords into the username field.
      const key = `${secret} ${browser} ${id ?? sha256(name)}`
      const network = countedAddress(loginClient.by.address)

      const forPerson = async () => {
        const present = id === null ? null : await users.find(id)
        const counted = { key, subject: present && secretOf(secret, present, browser) }
        const failures = await counts.read(counted)
        if (rateLimits.enabled) {
          if (failures.count >= mostFailures) return { ok: false, code: lockedCodes[secret] } as const
          const waitMs = waitLeft(failures, clock())
          if (waitMs > 0) return { ok: false, code: 'too_soon', waitMs } as const
        }
        const compared = await compare(present)
        if (compared.matched === false) {
          const failed = { count: failures.count + 1, lastAt: clock() }
          // With rate limits off, nobody is locked out.
          await counts.add(counted, failed, async () => {
            if (present && rateLimits.enabled) await onLocked(present, secret, loginClient)
          })
        }
        if (compared.matched && failures.count > 0) await counts.forgive(counted)
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
