// Hashes and verifies passwords, and replaces outdated hashes. Password rules live elsewhere.
import { hash as argon2Hash, parseOptions } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { metrics } from '../metrics.ts'
import { ok, type Result, refused } from '../result.ts'
import { type FoundHash, findHash, noPassword } from './old-hashes.ts'

/** argon2id (the package's default), one of OWASP's equal-strength sets: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each hash fills a core and one of libuv's four threads, which file writes need too. */
const maxRunning = 2
/** With more waiting hashes, clients get `busy`: 50 hashes take about a second. */
const maxWaiting = 50

/** The hash to compare with for an unknown user: same parameters, from 32 random bytes that were discarded. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$MkZVOnkGsk/OQlfWhSn1Og$gZ2ZxbB50UFq5OLRfO2k2g62wWxdT+pVlmIyrPZbkzI'

const nobody = requireHash(nobodysHash)

/**
 * Prefixes of stored hashes whose comparison takes no longer than a current one: current hashes, no password, and
 * SHA-256, which is followed by a current comparison.
 */
export const quickHashes: readonly string[] = ['$argon2id$v=19$m=19456,t=2,p=1$', noPassword, 'sha256$']

export interface Verdict {
  matches: boolean
  /** A new hash to store when the verified one is outdated; else null. */
  replacement: string | null
}

export interface PasswordHasher {
  /** Returns `busy` when too many hashes wait. */
  hash(password: string): Promise<Result<string, 'busy'>>
  /**
   * A wrong password, an unknown user (`stored` null) and a user without a usable hash all cost the same as a current
   * hash: one comparison for each of `formsOf`. An outdated hash additionally costs its own time, which `hasMetSlow`
   * reports from then on. Returns `busy` when too many hashes wait.
   */
  verify(stored: string | null, password: string): Promise<Result<Verdict, 'busy'>>
  /** Whether any compared hash takes longer than a current one. */
  hasMetSlow(): boolean
  /** How many hashes wait in the queue. */
  waiting(): number
}

/**
 * The Unicode forms under which the password may have been hashed, the usual one first: this site hashes NFC, other
 * systems what the device sent. At most three; one for ASCII. Not NFKC, which equates letters that only look alike;
 * better-auth applies it itself.
 */
export function formsOf(typed: string): string[] {
  return [...new Set([typed.normalize('NFC'), typed, typed.normalize('NFD')])]
}

export function createPasswordHasher(): PasswordHasher {
  const limit = pLimit(maxRunning)
  let hasMetSlow = false
  async function queued<Value>(work: () => Promise<Value>): Promise<Result<Value, 'busy'>> {
    if (limit.pendingCount >= maxWaiting) return refused('busy')
    return ok(await limit(() => measured(work)))
  }

  const hash = (password: string) => argon2Hash(password.normalize('NFC'), parameters)

  async function verify(stored: string | null, password: string): Promise<Verdict> {
    const found = stored === null ? null : findHash(stored)
    const isOld = stored !== null && found !== null && !isPresent(stored)
    if (found !== null && !quickHashes.some((beginning) => stored?.startsWith(beginning))) hasMetSlow = true
    const match = await findMatch(found ?? nobody, password)
    if (found === null || match === null) {
      // A fast legacy hash would otherwise reveal that the account exists.
      if (isOld) await findMatch(nobody, password)
      return { matches: false, replacement: null }
    }
    // Replace a current hash only when it is of another Unicode form, so that the next log-in needs one comparison.
    if (!isOld && match === password.normalize('NFC')) return { matches: true, replacement: null }
    return { matches: true, replacement: await hash(password) }
  }

  return {
    hash: (password) => queued(() => hash(password)),
    verify: (stored, password) => queued(() => verify(stored, password)),
    hasMetSlow: () => hasMetSlow,
    waiting: () => limit.pendingCount,
  }
}

async function measured<Value>(work: () => Promise<Value>): Promise<Value> {
  const began = performance.now()
  try {
    return await work()
  } finally {
    metrics()?.hashed(performance.now() - began)
  }
}

function requireHash(stored: string): FoundHash {
  const found = findHash(stored)
  if (found === null) throw new Error('The text is not a known hash.')
  return found
}

/** The Unicode form that matches, or null. */
async function findMatch(found: Pick<FoundHash, 'matches'>, typed: string): Promise<string | null> {
  for (const form of formsOf(typed)) if (await found.matches(form)) return form
  return null
}

function isPresent(stored: string): boolean {
  if (!stored.startsWith('$argon2id$v=19$')) return false
  const used = parseOptions(stored)
  return used.memoryCost >= parameters.memoryCost && used.timeCost >= parameters.timeCost
}
