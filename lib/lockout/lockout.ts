// Trying passwords: whether one may be tried now, and that wrong ones count. Compares no password, and gives names that
// nobody has the same answers as all others.
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import type { RequestInfo } from '../mail/message.ts'
import { countedAddress } from '../rate-limits/counted-address.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import type { UserRecord, UserStore } from '../stores/types.ts'
import { mostFailures, waitLeft } from './back-off.ts'
import { type Counted, createFailureCounts } from './failure-counts.ts'

/** Who tries, as far as a request shows. */
export interface LoginClient {
  by: RequestInfo
  /**
   * Whether this person logged in with this browser before, with the password they have now: those have a budget that nobody
   * else can use up.
   */
  isKnown(user: Pick<UserRecord, 'id' | 'passwordChangedAt'>): boolean
}

/** `too_soon_here` is about the address, whoever the password is for. */
export type LockoutFault = { code: 'too_soon' | 'too_soon_here'; waitMs: number } | { code: 'password_locked' }

/** `matched` is null when nothing was compared. */
export interface Compared<Value> {
  matched: boolean | null
  value: Value
}

export interface Lockout {
  /**
   * Compares if it is not too soon for this person and this loginClient, and counts what did not match. One after the other
   * for each person and kind of browser, and for each address, so that many who come at once are not more tries than
   * one by one.
   */
  attempt<Value>(
    whom: { name: string; user: UserRecord | null },
    loginClient: LoginClient,
    compare: (user: UserRecord | null) => Promise<Compared<Value>>,
  ): Promise<{ ok: true; value: Value } | ({ ok: false } & LockoutFault)>
  /** Resolves when every count is in the store, as far as that takes it. */
  settle(): Promise<void>
}

export function createLockout(deps: {
  store: UserStore
  limits: RateLimits
  clock: Clock
  /** The person cannot log in with the password any more, by browsers of one kind. */
  onLocked: (user: UserRecord, loginClient: LoginClient) => Promise<void>
}): Lockout {
  const { limits, clock, onLocked } = deps
  const counts = createFailureCounts(deps.store)
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
    async attempt({ name, user }, loginClient, compare) {
      const id = user?.id ?? null
      const browser = user !== null && loginClient.isKnown(user) ? 'known' : 'new'
      // Hashed, for what somebody typed into the field of the name may be a password.
      const counted: Counted = { key: `${browser} ${id ?? sha256(name)}`, id, browser }
      const network = countedAddress(loginClient.by.address)

      const forPerson = async () => {
        const { user: present, failures } = await counts.read(counted)
        if (limits.enabled) {
          if (failures.count >= mostFailures) return { ok: false, code: 'password_locked' } as const
          const waitMs = waitLeft(failures, clock())
          if (waitMs > 0) return { ok: false, code: 'too_soon', waitMs } as const
        }
        const compared = await compare(present)
        if (compared.matched === false) {
          const failed = { count: failures.count + 1, lastAt: clock() }
          // Where nothing is throttled, nobody is locked either.
          await counts.add(counted, failed, async (locked) => {
            if (limits.enabled) await onLocked(locked, loginClient)
          })
        }
        if (compared.matched && failures.count > 0) await counts.forgive(counted)
        return { ok: true, ...compared } as const
      }

      const fromAddress = async () => {
        const waitMs = await limits.take('wrong-password', network)
        if (waitMs > 0) return { ok: false, code: 'too_soon_here', waitMs } as const
        let isWrong = false
        try {
          const done = await inTurn(counted.key, forPerson)
          isWrong = done.ok && done.matched === false
          return done
        } finally {
          // Only what was compared and wrong is a try of somebody who guesses; a store that is away is nobody's.
          if (!isWrong) await limits.giveBack('wrong-password', network)
        }
      }

      // Right ones, which are not counted in the end, would be in each other's way if they did not take turns.
      const tried = await (browser === 'known'
        ? inTurn(counted.key, forPerson)
        : inTurn(`address ${network}`, fromAddress))
      return tried.ok ? { ok: true, value: tried.value } : tried
    },

    settle: counts.settle,
  }
}
