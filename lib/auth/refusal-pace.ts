// Decides when a refused log-in is answered. Its duration would reveal whether the account exists and how its password
// is hashed: bcrypt of cost 12 takes ten times as long as the dummy hash. So the time depends only on what the client
// sent and on the kinds of hashes in the store. The delay is waiting, not computing: decision 22.
import { hours, minutes, seconds } from '../core/clock.ts'
import { formsOf, type PasswordHasher, quickHashes } from '../core/crypto/password.ts'
import { logError } from '../core/log/log.ts'
import { countedAddress } from '../core/rate-limits/counted-address.ts'
import type { UserStore } from '../stores/types.ts'
import type { Browser } from './lockout/back-off.ts'

/** Several times as long as a current hash, an audit entry and a count take. */
const quickMs = 300
/** More than the slowest hash that an import accepts takes; also the delay of Linux's PAM. */
const slowMs = seconds(2)
/**
 * Each waiting answer holds one of the server's thousand connections. A client gets twice the comparisons of ten
 * minutes; all known browsers together get a quarter of the connections, and so do all others.
 */
const mostHeldOfClient = 20
const mostHeld = 250
/**
 * How many steps an attempt without a comparison waits behind the queue. The queue holds comparisons that run one after
 * the other, and the next request sees how long they took. The longest: ten wrong passwords of one address, of three
 * Unicode forms each. With bcrypt of cost 12 that is 8.4 seconds; these steps and the attempt's own are 10.
 */
const mostBehind = 4
/** Legacy hashes arrive by an import and disappear by log-ins. */
const censusMs = hours(1)
/** The query reads every user, so a database that just failed is not queried by each refusal. */
const censusAgainMs = minutes(1)

export interface LogInAsked {
  /** The same for all spellings of the name that was typed. */
  name: string
  password: string
  address: string
  /**
   * The id of the user named by `name`, when their present password let them in with this browser before; else null.
   * Runs inside the delay, so that its duration stays hidden. The known browsers of a user share a budget that
   * strangers cannot use.
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
   * Resolves like `tried`: at once for a success, at the scheduled time for a refusal. Calls `onHeld` when only waiting
   * remains. When too many refusals of this client or its kind already wait, a refusal becomes `busy` and waits as long
   * as an attempt without a comparison. It still tries, so strangers who fill the places block no right password. It
   * still waits, because an answer right after the comparison would reveal its duration.
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
  /** The time of the last refusal by name and by address: concurrent attempts are compared one after the other. */
  const lastOf = new Map<string, number>()
  const heldOf = new Map<string, number>()
  const held = { known: 0, new: 0 }

  /**
   * Returns a function that frees the place, or null when there is none. Called before the attempt: whether others get
   * a place must not depend on its duration.
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

  /** Assume slow hashes until the store was asked, and while it cannot be. */
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
      // Over its budget, a known browser counts for its IP address, as in the other rate limits.
      const leave = (known === null ? null : takePlace('known', known)) ?? takePlace('new', network)
      try {
        const outcome = await tried()
        if (outcome.ok) return outcome
        const isSlow = (await hasSlow()) || passwords.hasMetSlow()
        const formMs = isSlow ? slowMs : quickMs
        const stepMs = formMs * formsOf(password).length
        // Like the comparisons: known browsers have a queue of their own.
        const keys = known === null ? [`name ${name}`, `address ${network}`] : [`known ${known}`]
        const before = Math.max(...keys.map((key) => lastOf.get(key) ?? 0))
        const isCompared = comparedCodes.includes(outcome.code)
        const own = began + stepMs
        // An attempt that compared a password joins the queue. Any other only waits behind it.
        const behind = isCompared ? Math.max(began, before) + stepMs : before
        // A few guesses make a queue of a minute. Only its members wait to its end, and only while there are places.
        const isPart = isCompared && leave !== null
        let due = Math.max(own, isPart ? behind : Math.min(behind, own + mostBehind * formMs))
        // On an overloaded machine, use the next possible moment.
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

/** `suspended` is only told after a right password. */
const comparedCodes = ['credentials_wrong', 'suspended']

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
