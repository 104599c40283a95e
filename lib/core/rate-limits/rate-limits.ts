// The rate limits and their counters. Processes that share a PostgreSQL count there together; otherwise, and while that
// database is unavailable, counters are in memory.
import pg from 'pg'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { StoreLocation } from '../../stores/location.ts'
import { clockSkewMs } from '../../stores/types.ts'
import { hours, minutes, seconds } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { outsideOfRequests } from '../request-context.ts'
import { neighbourhood } from './counted-address.ts'

/** Rules that apply even with LIMITS off: a code without a limit can be guessed. */
const alwaysOn: readonly Rule[] = ['code-try']

export const rules = {
  /** Codes for one user: one a minute, five an hour. */
  'code-mail-pause': { most: 1, everyMs: seconds(60) },
  'code-mail': { most: 5, everyMs: hours(1) },
  /**
   * Codes to one address from any account. More than two accounts use up, so that another account cannot block a user's
   * codes.
   */
  'code-mail-to': { most: 12, everyMs: hours(1) },
  /**
   * Reset links for one name: from one requester, and from all. Links live as long as this window, so an attacker who
   * uses up the second limit leaves the owner with working links.
   */
  'reset-mail-by': { most: 3, everyMs: hours(1) },
  'reset-mail': { most: 6, everyMs: hours(1) },
  /** Password changes of one user: an attacker who knows the password must not outpace a recovery by mail. */
  'password-change': { most: 5, everyMs: hours(1) },
  /** Attempts at one code of eight digits during its lifetime: OWASP ASVS 5.0, 6.6.3. */
  'code-try': { most: 5, everyMs: minutes(10) },
  /** Each rename reserves the old username for 90 days. */
  rename: { most: 3, everyMs: hours(24) },
  /**
   * Wrong passwords from one IP address, for any user: OWASP’s Authentication Cheat Sheet asks for a limit by source
   * beside the one by account. Known browsers count with their user only (lib/auth/lockout).
   */
  'wrong-password': { most: 10, everyMs: minutes(10) },
  /** Accounts from one IP address, and attempts to create one, which reveal taken usernames. */
  'sign-up': { most: 10, everyMs: hours(1) },
  'sign-up-try': { most: 30, everyMs: hours(1) },
  /** The same while it is typed. Apart from the attempts, so that typing uses up none. */
  'username-question': { most: 30, everyMs: hours(1) },
  /** Reset links that one IP address asks for, for any name. */
  'reset-ask': { most: 10, everyMs: hours(1) },
  /** Forms of one session: each may write to the store. A user has at most twenty sessions at a time. */
  form: { most: 120, everyMs: minutes(10) },
  /** Public forms from one IP address: a successful log-in costs a session and a hash. */
  'visitor-form': { most: 300, everyMs: minutes(10) },
  /** Exports of one user’s data, or of the audit trail by one admin. */
  export: { most: 5, everyMs: hours(1) },
  /** Users whom one admin changes as part of a selection: as many as forms. */
  'selected-user': { most: 120, everyMs: minutes(10) },
  /** Accounts that one admin creates, and attempts, which reveal taken usernames. */
  'account-added': { most: 30, everyMs: hours(1) },
  /** Drafts of one user, each kept for half an hour (lib/features/form-drafts). */
  'kept-form': { most: 3, everyMs: minutes(30) },
  /** Audit entries of one kind about one user’s own account. Further ones are counted in a single entry. */
  'own-entry': { most: 20, everyMs: hours(1) },
  /** Alerts of one kind to one user. The next one waits until the hour is over and covers all. */
  alert: { most: 1, everyMs: hours(1) },
  'alert-late': { most: 1, everyMs: hours(1) },
  /** Answers of the password strength meter to one IP address. Each costs up to a quarter of a second. */
  'strength-question': { most: 120, everyMs: minutes(1) },
  /** Challenges for passkeys. Each log-in page asks for one, and again every four minutes. */
  'passkey-question': { most: 120, everyMs: minutes(1) },
  /** Audit entries about refused requests of one user or IP address. */
  'denied-entry': { most: 10, everyMs: minutes(10) },
}

export type Rule = keyof typeof rules

export interface RateLimits {
  /** When false, only the rules in `alwaysOn` apply. */
  readonly enabled: boolean
  /** Counts one more, atomically. Returns 0, or the milliseconds to wait. Rejected calls count as well. */
  take(rule: Rule, whom: string): Promise<number>
  /** Undoes one `take`. */
  giveBack(rule: Rule, whom: string): Promise<void>
  /** Resets every rule for this key. */
  forget(whom: string): Promise<void>
  close(): Promise<void>
}

interface Query {
  text: string
  values: unknown[]
}

const table = 'limits'
const awayMs = seconds(10)
/**
 * Per rule and window. Beyond this, new keys share counters, so that a flood from many addresses does not fill the
 * memory. 100,000 take 51 MB (measured with Node 24).
 */
const mostKeys = 100_000
const sharedKeys = 1000
const sharedMark = 'shared '

/** Calls `onRefused` for every refusal. */
export function createRateLimits(deps: {
  store: StoreLocation
  enabled: boolean
  onRefused?: (rule: Rule) => void
}): RateLimits {
  const { store, enabled, onRefused } = deps
  const pool = store.driver === 'postgres' ? new pg.Pool({ connectionString: store.url, max: 1, ...timeouts }) : null
  // An idle connection broke; the next query opens another.
  pool?.on('error', () => {})
  let askedAgainAt = 0
  /**
   * After an error each process counts by itself for a while, so that requests do not wait for the database one after
   * another.
   */
  const isAway = () => performance.now() < askedAgainAt
  async function askShared({ text, values }: Query) {
    if (pool === null || isAway()) throw new Error('The database of the rate limits is unavailable.')
    try {
      return await pool.query({ text, values })
    } catch (cause) {
      askedAgainAt = performance.now() + awayMs
      throw cause
    }
  }
  const limiters = new Map<string, RateLimiterAbstract>(
    Object.entries(rules).map(([rule, { most, everyMs }]) => {
      const options = { keyPrefix: rule, points: most, duration: everyMs / 1000 }
      const memory = new RateLimiterMemory(options)
      if (pool === null) return [rule, memory]
      // Unnamed statements: a pooler that shares connections mixes names up.
      const storeClient = { query: (query: Query) => outsideOfRequests(() => askShared(query)) }
      const shared = {
        storeClient,
        storeType: 'client',
        tableName: table,
        tableCreated: true,
        insuranceLimiter: memory,
      }
      return [rule, new RateLimiterPostgres({ ...options, ...shared })]
    }),
  )

  /** Counts the keys in memory of each rule in its window. PostgreSQL bounds its own counts. */
  const totals = new Map<string, RateLimiterMemory>(
    Object.entries(rules).map(([rule, { everyMs }]) => [
      rule,
      new RateLimiterMemory({ points: mostKeys, duration: everyMs / 1000 }),
    ]),
  )

  // Run outside the request: each counter in memory holds a timer that would keep the request in memory, and the
  // database connection is shared.
  const limiterOf = (rule: Rule) => (enabled || alwaysOn.includes(rule) ? limiters.get(rule) : undefined)

  /** Ask after counting: tells where that count went. */
  const countsHere = () => pool === null || isAway()

  async function keyOf(rule: Rule, whom: string): Promise<string> {
    // Hashed, so that the counters hold no IP address.
    const hash = sha256(whom)
    const total = await totals.get(rule)?.get('keys')
    const isCrowded = total != null && total.msBeforeNext > 0 && total.consumedPoints >= mostKeys
    if (!isCrowded) return hash
    // Keys from before the flood keep their own counter, and so do all once PostgreSQL answers again.
    const own = await limiters.get(rule)?.get(hash)
    if (own != null || !countsHere()) return hash
    return `${sharedMark}${Number.parseInt(sha256(neighbourhood(whom)).slice(0, 8), 16) % sharedKeys}`
  }

  return {
    enabled,

    async take(rule, whom) {
      const limiter = limiterOf(rule)
      if (limiter === undefined) return 0
      const key = await outsideOfRequests(() => keyOf(rule, whom))
      const consume = () =>
        limiter.consume(key).catch(async (refusal: unknown) => {
          if (!(refusal instanceof RateLimiterRes) || !isFromTheFuture(refusal, rule)) throw refusal
          await limiter.delete(key)
          return limiter.consume(key)
        })
      try {
        const { isFirstInDuration } = await outsideOfRequests(consume)
        // The second condition: after `giveBack`, PostgreSQL reports the next count as the first one again.
        if (isFirstInDuration && countsHere()) await outsideOfRequests(() => totals.get(rule)?.penalty('keys'))
        return 0
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        onRefused?.(rule)
        return Math.min(Math.max(refusal.msBeforeNext, 1), rules[rule].everyMs)
      }
    },

    async giveBack(rule, whom) {
      const key = await outsideOfRequests(() => keyOf(rule, whom))
      // A shared count cannot be attributed.
      if (!key.startsWith(sharedMark)) await outsideOfRequests(() => limiterOf(rule)?.reward(key))
    },

    async forget(whom) {
      for (const limiter of limiters.values()) await outsideOfRequests(() => limiter.delete(sha256(whom)))
    },

    async close() {
      await pool?.end()
    },
  }
}

/** A clock that was ahead wrote the count. Do not make clients wait for it. */
function isFromTheFuture({ msBeforeNext }: RateLimiterRes, rule: Rule): boolean {
  return msBeforeNext > rules[rule].everyMs + clockSkewMs
}

const timeouts = {
  connectionTimeoutMillis: seconds(5),
  statement_timeout: seconds(5),
  query_timeout: seconds(6),
  idleTimeoutMillis: seconds(30),
  // As for the records (lib/stores/sql/postgres.ts): after a fail-over a connection may lead to the wrong server.
  maxLifetimeSeconds: 60,
}
