// Hashing and verifying passwords, and when a hash of an old kind is replaced. No rule about passwords is here.
import { hash as argon2Hash, parseOptions } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { metrics } from '../metrics.ts'
import { ok, type Result, refused } from '../result.ts'
import { type FoundHash, findHash, noPassword } from './old-hashes.ts'

/** argon2id (the package's default), one of OWASP's equal-strength sets: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each hash fills a core and one of libuv's four threads, which file writes need too. */
const maxRunning = 2
/** What waits longer than this queue is better told to come back: 50 hashes are about a second of work. */
const maxWaiting = 50

/** What an unknown person's password is compared with: made with these parameters from 32 random bytes, now lost. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$MkZVOnkGsk/OQlfWhSn1Og$gZ2ZxbB50UFq5OLRfO2k2g62wWxdT+pVlmIyrPZbkzI'

const nobody = requireHash(nobodysHash)

/**
 * How stored hashes begin that take no longer to compare than a present one: present ones, no password, and SHA-256, whose
 * comparison is followed by that with a present one.
 */
export const quickHashes: readonly string[] = ['$argon2id$v=19$m=19456,t=2,p=1$', noPassword, 'sha256$']

export interface Verdict {
  matches: boolean
  /** A new hash to store in place of the verified one, when that is of an old kind; else null. */
  replacement: string | null
}

export interface PasswordHasher {
  /** Refuses with `busy` when too many hashes wait already. */
  hash(password: string): Promise<Result<string, 'busy'>>
  /**
   * For a wrong password, does the work for an unknown person (`stored` null), and for one without a usable hash, that a present
   * hash takes: one comparison for each of `formsOf`. An old hash takes its own time on top, which `hasMetSlow` tells of from
   * then on. Refuses with `busy` likewise.
   */
  verify(stored: string | null, password: string): Promise<Result<Verdict, 'busy'>>
  /** Whether a hash was compared that takes longer than a present one. */
  hasMetSlow(): boolean
  /** How many wait for their turn. */
  waiting(): number
}

/**
 * The forms in which what was typed may have been hashed, the usual one first: this site hashes NFC, other systems what was
 * typed there, on a device that wrote NFC or NFD. At most three, and one for a password in ASCII. Not NFKC, which would take
 * letters for others that merely look alike; better-auth, which hashes that, does so itself.
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
      // Some old hashes take next to nothing: their haste would tell that the account exists.
      if (isOld) await findMatch(nobody, password)
      return { matches: false, replacement: null }
    }
    // Of what is up to date, only a hash of another form of the password is replaced: the next log-in then finds it at once.
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
  if (found === null) throw new Error('That is no hash.')
  return found
}

/** The form of the password that matches, or null. */
async function findMatch(found: Pick<FoundHash, 'matches'>, typed: string): Promise<string | null> {
  for (const form of formsOf(typed)) if (await found.matches(form)) return form
  return null
}

function isPresent(stored: string): boolean {
  if (!stored.startsWith('$argon2id$v=19$')) return false
  const used = parseOptions(stored)
  return used.memoryCost >= parameters.memoryCost && used.timeCost >= parameters.timeCost
}
