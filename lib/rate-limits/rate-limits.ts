// How often something may be done: each rule, and the counters behind it. Counted in this process, or in PostgreSQL
// where several processes are one site; should that be away, each counts for itself.
import pg from 'pg'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { hours, minutes, seconds } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { outsideOfRequests } from '../request-context.ts'
import type { StoreLocation } from '../stores/location.ts'
import { clockSkewMs } from '../stores/types.ts'
import { neighbourhood } from './counted-address.ts'

/** Rules that hold also when LIMITS is off, for what would otherwise be no secret. */
const alwaysOn: readonly Rule[] = ['code-try']

export const rules = {
  /** Codes to one person: a minute apart, and five an hour. */
  'code-mail-pause': { most: 1, everyMs: seconds(60) },
  'code-mail': { most: 5, everyMs: hours(1) },
  /** Codes to one address, from whichever accounts: nobody's mailbox is filled from here. */
  'code-mail-to': { most: 5, everyMs: hours(1) },
  /**
   * Links for one forgotten password: to one requester, and to all together. One who uses up the second leaves the owner
   * with links that work, for a link is good for as long.
   */
  'reset-mail-by': { most: 3, everyMs: hours(1) },
  'reset-mail': { most: 6, everyMs: hours(1) },
  /** New passwords of one user: what knows the password must not race with what reads the mailbox. */
  'password-change': { most: 5, everyMs: hours(1) },
  /** Tries of one code of eight digits, for as long as it lives: OWASP ASVS 5.0, 6.6.3. */
  'code-try': { most: 5, everyMs: minutes(10) },
  /** Each leaves a username reserved for 90 days. */
  rename: { most: 3, everyMs: hours(24) },
  /**
   * Wrong passwords from one address, whoever they are for: OWASP's Authentication Cheat Sheet asks for a limit by source
   * beside the one by account. Browsers that the person used before are counted with the person alone (lib/lockout).
   */
  'wrong-password': { most: 10, everyMs: minutes(10) },
  /** Accounts from one address, and tries to make one: these tell which usernames are taken. */
  'sign-up': { most: 10, everyMs: hours(1) },
  'sign-up-try': { most: 30, everyMs: hours(1) },
  /** Links for a forgotten password that one address asks for, whoever they are for. */
  'reset-ask': { most: 10, everyMs: hours(1) },
  /** Forms of one log-in, whatever they do: each may write to the store. A user has at most twenty. */
  form: { most: 120, everyMs: minutes(10) },
  /** Forms that anyone may post, from one address: a log-in that succeeds costs a session and a hash. */
  'visitor-form': { most: 300, everyMs: minutes(10) },
  /** Downloads of everything kept about one user, or of the audit trail by one administrator. */
  export: { most: 5, everyMs: hours(1) },
  /** Late forms of one user that are kept, each for half an hour. */
  'kept-form': { most: 3, everyMs: minutes(30) },
  /** Entries of one kind about what one user did with their own account; what is beyond is counted in one entry. */
  'own-entry': { most: 20, everyMs: hours(1) },
  /** Alerts of one kind to one user. The next one waits until the hour is over, and tells of all. */
  alert: { most: 1, everyMs: hours(1) },
  'alert-late': { most: 1, everyMs: hours(1) },
  /** Answers of the strength meter, each up to a quarter of a second of work, to one address. */
  'strength-question': { most: 120, everyMs: minutes(1) },
  /** Entries of the audit trail about what one person, or one address, was not allowed to do. */
  'denied-entry': { most: 10, everyMs: minutes(10) },
}

export type Rule = keyof typeof rules

export interface RateLimits {
  /** Off, nothing is throttled but what `alwaysOn` names. */
  readonly enabled: boolean
  /**
   * Counts one more of this for whom it concerns. Answers 0, or how many milliseconds it is too early; counted either
   * way, and atomically.
   */
  take(rule: Rule, whom: string): Promise<number>
  /** What was taken turned out not to count. */
  giveBack(rule: Rule, whom: string): Promise<void>
  /** Nothing was done yet, by any rule, as far as this one is concerned. */
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
 * Of one rule in its time. Whoever comes when so many others were counted shares a count with some of them: a flood from
 * countless addresses fills no memory. 100,000 take 51 MB (measured with Node 24).
 */
const mostKeys = 100_000
const sharedKeys = 1000
const sharedMark = 'shared '

/** `onRefused` hears of everything that came too early. */
export function createRateLimits(deps: {
  store: StoreLocation
  enabled: boolean
  onRefused?: (rule: Rule) => void
}): RateLimits {
  const { store, enabled, onRefused } = deps
  const pool = store.driver === 'postgres' ? new pg.Pool({ connectionString: store.url, max: 1, ...timeouts }) : null
  // A connection that breaks while nobody uses it: the next question opens another.
  pool?.on('error', () => {})
  let askedAgainAt = 0
  /** After an error each process counts for itself for a while: no request waits for one count after the other. */
  async function askShared({ text, values }: Query) {
    if (pool === null || performance.now() < askedAgainAt) throw new Error('The database of the counts is away.')
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
      // Without the statements' names, which a pooler that shares connections would mix up.
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

  /** How many keys each rule has in its time. */
  const totals = new Map<string, RateLimiterMemory>(
    Object.entries(rules).map(([rule, { everyMs }]) => [
      rule,
      new RateLimiterMemory({ points: mostKeys, duration: everyMs / 1000 }),
    ]),
  )

  // Every counter in memory has a timer that ends it, and the database's connection is for everybody: whatever changes a
  // count runs outside of the request that asks, which would else stay in memory until the timer fires.
  const limiterOf = (rule: Rule) => (enabled || alwaysOn.includes(rule) ? limiters.get(rule) : undefined)

  async function keyOf(rule: Rule, whom: string): Promise<string> {
    // Hashed, so that the counters tell nobody's address.
    const hash = sha256(whom)
    const total = await totals.get(rule)?.get('keys')
    const isCrowded = total != null && total.msBeforeNext > 0 && total.consumedPoints >= mostKeys
    // Whoever was counted before the crowd came goes on with their own count.
    if (!isCrowded || (await limiters.get(rule)?.get(hash)) != null) return hash
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
        // A database keeps its counts itself, and calls one first that was given back.
        if (isFirstInDuration && pool === null) await outsideOfRequests(() => totals.get(rule)?.penalty('keys'))
        return 0
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        onRefused?.(rule)
        return Math.min(Math.max(refusal.msBeforeNext, 1), rules[rule].everyMs)
      }
    },

    async giveBack(rule, whom) {
      const key = await outsideOfRequests(() => keyOf(rule, whom))
      // Of a count that is shared nobody knows whose it was.
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

/** Counted by a clock that was ahead: nobody waits until that time has come. */
function isFromTheFuture({ msBeforeNext }: RateLimiterRes, rule: Rule): boolean {
  return msBeforeNext > rules[rule].everyMs + clockSkewMs
}

const timeouts = {
  connectionTimeoutMillis: seconds(5),
  statement_timeout: seconds(5),
  query_timeout: seconds(6),
  idleTimeoutMillis: seconds(30),
  // As that of the records (lib/stores/sql/postgres.ts): after a fail-over it may lead to the wrong server.
  maxLifetimeSeconds: 60,
}
