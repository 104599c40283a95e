// When a refused log-in is answered. How long a refusal takes would tell whether the account exists and how its password was
// hashed (bcrypt of cost 12 takes ten times as long as the hash that an unknown name is compared with). So every refusal is
// handed out at a moment that follows from what the client sent and from what the store holds as a whole, and from nothing
// else. The time is spent waiting, not computing: decision 22.
import { hours, minutes, seconds } from '../core/clock.ts'
import { formsOf, type PasswordHasher, quickHashes } from '../core/crypto/password.ts'
import { logError } from '../core/log/log.ts'
import { countedAddress } from '../core/rate-limits/counted-address.ts'
import type { UserStore } from '../stores/types.ts'
import type { Browser } from './lockout/back-off.ts'

/** Several times what a present hash, an entry of the trail and a count take. */
const quickMs = 300
/** More than the most costly hash that an import takes; also what Linux's PAM waits after a wrong password. */
const slowMs = seconds(2)
/**
 * Answers that wait hold a connection each, of the thousand that our server takes. Twice what one client is compared with in
 * ten minutes, and a quarter of the connections for all known browsers, and as many for all others.
 */
const mostHeldOfClient = 20
const mostHeld = 250
/**
 * How many steps what does not take a place in the row waits behind it. The row holds what is compared one after the other,
 * and the next request sees how long that took. Most: ten wrong passwords of one address, of three Unicode forms each. With
 * bcrypt of cost 12 that is 8.4 seconds, and the own step and these are 10.
 */
const mostBehind = 4
/** Hashes of other systems come by an import and go by log-ins. */
const censusMs = hours(1)
/** Asking reads every user: a database that just failed is not asked by each refusal. */
const censusAgainMs = minutes(1)

export interface LogInAsked {
  /** As typed. */
  name: string
  password: string
  address: string
  /**
   * The id of whom `name` names, when their present password let them in with this browser before; else null. Asked here, so
   * that its time is part of what a refusal waits for. The known browsers of one user count together, and no stranger for them.
   */
  findKnown: () => Promise<string | null>
}

type Tried = { ok: true } | { ok: false; code: string }

interface Census {
  endsAt: number
  hasSlow: Promise<boolean>
}

export interface RefusalPace {
  /**
   * Resolves with what `tried` does: at once for a success, and for a refusal at its moment. `onHeld` is called when nothing
   * but waiting is left. When too many refusals of this client, or of all of its kind, wait already, a refusal becomes `busy`
   * and waits no longer than what compared nothing. It is tried all the same: strangers who fill the places keep no right
   * password out. And it waits: an answer as soon as it was tried would tell what the comparison took.
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
  let census: Census | null = null
  /** The moment of the last refusal by name and by address: those who try at once are compared one after the other. */
  const lastOf = new Map<string, number>()
  const heldOf = new Map<string, number>()
  const held = { known: 0, new: 0 }

  /**
   * Null when there is none; else what gives the place back. Taken before the try: whether others have one must not depend on
   * how long it takes.
   */
  function takePlace(browser: Browser, client: string): (() => void) | null {
    const key = `${browser} ${client}`
    const others = heldOf.get(key) ?? 0
    if (held[browser] >= mostHeld || others >= mostHeldOfClient) return null
    held[browser] += 1
    heldOf.set(key, others + 1)
    return () => {
      held[browser] -= 1
      const left = (heldOf.get(key) ?? 1) - 1
      if (left > 0) heldOf.set(key, left)
      else heldOf.delete(key)
    }
  }

  /** Nothing is known to be quick before the store was asked, and while it cannot be. */
  function hasSlow(): Promise<boolean> {
    if (census === null || now() >= census.endsAt) {
      const taken: Census = {
        endsAt: now() + censusMs,
        hasSlow: store.hasOtherHash(quickHashes).catch((error: unknown) => {
          logError('hash_census_failed', error)
          taken.endsAt = now() + censusAgainMs
          return true
        }),
      }
      census = taken
    }
    return census.hasSlow
  }

  return {
    async hold({ name, password, address, findKnown }, tried, onHeld) {
      const began = now()
      const known = await findKnown()
      const network = countedAddress(address)
      // As forms and turns count: what is too much for a known browser counts for its address.
      const leave = (known === null ? null : takePlace('known', known)) ?? takePlace('new', network)
      try {
        const outcome = await tried()
        if (outcome.ok) return outcome
        const isSlow = (await hasSlow()) || passwords.hasMetSlow()
        const formMs = isSlow ? slowMs : quickMs
        const stepMs = formMs * formsOf(password).length
        // As they are compared: known browsers in a row of their own.
        const keys = known === null ? [`name ${name.toLowerCase()}`, `address ${network}`] : [`known ${known}`]
        const before = Math.max(...keys.map((key) => lastOf.get(key) ?? 0))
        const isCompared = comparedCodes.includes(outcome.code)
        const own = began + stepMs
        // What was compared takes its place behind the others. What was not only waited for them.
        const behind = isCompared ? Math.max(began, before) + stepMs : before
        // A few guesses make a row of a minute. Only what is part of it waits to its end, and only while there are places.
        const isPart = isCompared && leave !== null
        let due = Math.max(own, isPart ? behind : Math.min(behind, own + mostBehind * formMs))
        // On an overloaded machine, the next of the moments that it could have been.
        while (due < now()) due += stepMs
        if (isCompared) for (const key of keys) lastOf.set(key, Math.max(due, lastOf.get(key) ?? 0))
        onHeld?.()
        await wait(due - now())
        for (const key of keys) if (lastOf.get(key) === due) lastOf.delete(key)
        return leave === null ? { ok: false, code: 'busy' } : outcome
      } finally {
        leave?.()
      }
    },
  }
}

/** `suspended` is what somebody learns whose password was right. */
const comparedCodes = ['credentials_wrong', 'suspended']

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
