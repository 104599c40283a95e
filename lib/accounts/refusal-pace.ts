// When a refused log-in is answered. How long a refusal takes would tell whether the account exists and how its password was
// hashed (bcrypt of cost 12 takes ten times as long as the hash that an unknown name is compared with). So every refusal is
// handed out at a moment that follows from what the client sent and from what the store holds as a whole, and from nothing
// else. The time is spent waiting, not computing: decision 22.
import { hours, seconds } from '../clock.ts'
import { formsOf, type PasswordHasher, quickHashes } from '../crypto/password.ts'
import { logFault } from '../log.ts'
import { countedAddress } from '../rate-limits/counted-address.ts'
import type { UserStore } from '../stores/types.ts'

/** Several times what a present hash, an entry of the trail and a count take. */
const quickMs = 300
/** More than the most costly hash that an import takes; also what Linux's PAM waits after a wrong password. */
const slowMs = seconds(2)
/**
 * Answers that wait hold a connection each, of the thousand that our server takes. Twice what one client is compared with in
 * ten minutes, and half of the connections for all together.
 */
const mostHeldOfClient = 20
const mostHeld = 500
/** Hashes of other systems come by an import and go by log-ins. */
const censusMs = hours(1)

export interface LogInAsked {
  /** As typed. */
  name: string
  password: string
  address: string
  /** Who sends it: an address, or the known browsers of one user, so that strangers on their network do not count for them. */
  client: string
}

type Tried = { ok: true } | { ok: false; code: string }

export interface RefusalPace {
  /**
   * Resolves with what `tried` does: at once for a success, and for a refusal at its moment. `onHeld` is called when nothing
   * but waiting is left. `busy`, and nothing was tried, when too many refusals of this client, or of all, wait already.
   */
  hold<Outcome extends Tried>(
    asked: LogInAsked,
    tried: () => Promise<Outcome>,
    onHeld?: () => void,
  ): Promise<Outcome | { ok: false; code: 'busy' }>
}

/** `now` in milliseconds, monotonic. */
export function createRefusalPace(deps: {
  store: Pick<UserStore, 'hasOtherHash'>
  passwords: Pick<PasswordHasher, 'hasMetSlow'>
  now?: () => number
  wait?: (ms: number) => Promise<void>
}): RefusalPace {
  const { store, passwords, now = () => performance.now(), wait = sleep } = deps
  let census: { takenAt: number; hasSlow: Promise<boolean> } | null = null
  /** The moment of the last refusal by name and by address: those who try at once are compared one after the other. */
  const lastOf = new Map<string, number>()
  const heldOf = new Map<string, number>()
  let held = 0

  function countHeld(client: string, more: 1 | -1): void {
    const count = (heldOf.get(client) ?? 0) + more
    held += more
    if (count > 0) heldOf.set(client, count)
    else heldOf.delete(client)
  }

  /** Nothing is known to be quick before the store was asked, and while it cannot be. */
  function hasSlow(): Promise<boolean> {
    if (census === null || now() - census.takenAt >= censusMs) {
      const answer = store.hasOtherHash(quickHashes).catch((error: unknown) => {
        logFault('hash_census_failed', error)
        census = null
        return true
      })
      census = { takenAt: now(), hasSlow: answer }
    }
    return census.hasSlow
  }

  return {
    async hold({ name, password, address, client }, tried, onHeld) {
      if (held >= mostHeld || (heldOf.get(client) ?? 0) >= mostHeldOfClient) return { ok: false, code: 'busy' }
      const began = now()
      const outcome = await tried()
      if (outcome.ok) return outcome
      const isSlow = (await hasSlow()) || passwords.hasMetSlow()
      const stepMs = (isSlow ? slowMs : quickMs) * formsOf(password).length
      const keys = [`name ${name.toLowerCase()}`, `address ${countedAddress(address)}`]
      const before = Math.max(...keys.map((key) => lastOf.get(key) ?? 0))
      const isCompared = comparedCodes.includes(outcome.code)
      // What was compared takes its place behind the others. What was not only waited for them.
      let due = isCompared ? Math.max(began, before) + stepMs : Math.max(began + stepMs, before)
      // On an overloaded machine, the next of the moments that it could have been.
      while (due < now()) due += stepMs
      if (isCompared) for (const key of keys) lastOf.set(key, due)
      onHeld?.()
      countHeld(client, 1)
      await wait(due - now()).finally(() => countHeld(client, -1))
      for (const key of keys) if (lastOf.get(key) === due) lastOf.delete(key)
      return outcome
    },
  }
}

/** `suspended` is what somebody learns whose password was right. */
const comparedCodes = ['credentials_wrong', 'suspended']

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
