// How often something may be done: each rule, and the counters behind it. Counted in this process, or in PostgreSQL
// where several processes are one site; should that be away, each counts for itself.
import pg from 'pg'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { hours, minutes, seconds } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import type { StoreLocation } from '../stores/location.ts'

/** Rules that hold also when LIMITS is off, for what would otherwise be no secret. */
const alwaysOn: readonly Rule[] = ['code-try']

const rules = {
  /** Codes to one person: a minute apart, and five an hour. */
  'code-mail-pause': { most: 1, everyMs: seconds(60) },
  'code-mail': { most: 5, everyMs: hours(1) },
  /** Codes to one address, from whichever accounts: nobody's mailbox is filled from here. */
  'code-mail-to': { most: 5, everyMs: hours(1) },
  /** Mails about resetting a password to one address. */
  'reset-mail': { most: 3, everyMs: hours(1) },
  /** Tries of one code of eight digits, for as long as it lives: OWASP ASVS 5.0, 6.6.3. */
  'code-try': { most: 5, everyMs: minutes(10) },
  /** Each leaves a username reserved for 90 days. */
  rename: { most: 3, everyMs: hours(24) },
  /** Entries of the audit trail about what one person was not allowed to do. */
  'denied-entry': { most: 10, everyMs: minutes(10) },
}

export type Rule = keyof typeof rules

export interface Limits {
  /**
   * Counts one more of this for whom it concerns. Answers 0, or how many milliseconds it is too early; counted either
   * way, and atomically.
   */
  take(rule: Rule, whom: string): Promise<number>
  /** Nothing was done yet, by any rule, as far as this one is concerned. */
  forget(whom: string): Promise<void>
  close(): Promise<void>
}

const table = 'limits'

/** `onRefused` hears of everything that came too early. */
export function createLimits(deps: {
  store: StoreLocation
  enabled: boolean
  onRefused?: (rule: Rule) => void
}): Limits {
  const { store, enabled, onRefused } = deps
  const pool = store.driver === 'postgres' ? new pg.Pool({ connectionString: store.url, max: 1, ...timeouts }) : null
  // A connection that breaks while nobody uses it: the next question opens another.
  pool?.on('error', () => {})
  const limiters = new Map<string, RateLimiterAbstract>(
    Object.entries(rules).map(([rule, { most, everyMs }]) => {
      const options = { keyPrefix: rule, points: most, duration: everyMs / 1000 }
      const memory = new RateLimiterMemory(options)
      if (pool === null) return [rule, memory]
      // Without the statements' names, which a pooler that shares connections would mix up.
      const storeClient = {
        query: ({ text, values }: { text: string; values: unknown[] }) => pool.query({ text, values }),
      }
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

  return {
    async take(rule, whom) {
      const limiter = limiters.get(rule)
      if ((!enabled && !alwaysOn.includes(rule)) || limiter === undefined) return 0
      try {
        // Hashed, so that the counters tell nobody's address.
        await limiter.consume(sha256(whom))
        return 0
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        onRefused?.(rule)
        return Math.max(refusal.msBeforeNext, 1)
      }
    },

    async forget(whom) {
      for (const limiter of limiters.values()) await limiter.delete(sha256(whom))
    },

    async close() {
      await pool?.end()
    },
  }
}

const timeouts = {
  connectionTimeoutMillis: seconds(5),
  statement_timeout: seconds(5),
  query_timeout: seconds(6),
  idleTimeoutMillis: seconds(30),
}
