// Hashing and verifying passwords. Knows old hashes well enough to verify them once; no rule about passwords is here.
import { timingSafeEqual } from 'node:crypto'
import { hash as argon2Hash, verify as argon2Verify, parseOptions } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { ok, type Result, refused } from '../result.ts'
import { sha256 } from './hash.ts'

/** argon2id (the package's default), one of OWASP's equal-strength sets: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each hash fills a core and one of libuv's four threads, which file writes need too. */
const maxRunning = 2
/** What waits longer than this queue is better told to come back: 50 hashes are about a second of work. */
const maxWaiting = 50

/** What an unknown person's password is compared with: made with these parameters from 32 random bytes, now lost. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$MkZVOnkGsk/OQlfWhSn1Og$gZ2ZxbB50UFq5OLRfO2k2g62wWxdT+pVlmIyrPZbkzI'

/** Stored by the Streamlit demonstration: unsalted SHA-256. Verified once, then replaced. */
const legacyPrefix = 'sha256$'

export interface Verdict {
  matches: boolean
  /** A new hash to store in place of the verified one, when that is of an old kind; else null. */
  replacement: string | null
}

export interface PasswordHasher {
  /** Refuses with `busy` when too many hashes wait already. */
  hash(password: string): Promise<Result<string, 'busy'>>
  /** Takes as long for an unknown person (`stored` null) as for a wrong password. Refuses with `busy` likewise. */
  verify(stored: string | null, password: string): Promise<Result<Verdict, 'busy'>>
  /** Whether a call made now would be refused. */
  isBusy(): boolean
}

export function createPasswordHasher(): PasswordHasher {
  const limit = pLimit(maxRunning)
  const isBusy = () => limit.pendingCount >= maxWaiting

  async function queued<Value>(work: () => Promise<Value>): Promise<Result<Value, 'busy'>> {
    if (isBusy()) return refused('busy')
    return ok(await limit(work))
  }

  const hash = (password: string) => argon2Hash(password.normalize('NFC'), parameters)

  async function verify(stored: string | null, password: string): Promise<Verdict> {
    if (stored === null) {
      await argon2Verify(nobodysHash, password.normalize('NFC'))
      return { matches: false, replacement: null }
    }
    if (stored.startsWith(legacyPrefix)) {
      const replacement = await hash(password)
      const matches = equalInConstantTime(stored.slice(legacyPrefix.length), sha256(password))
      return { matches, replacement: matches ? replacement : null }
    }
    const matches = await argon2Verify(stored, password.normalize('NFC'))
    return { matches, replacement: matches && isOutdated(stored) ? await hash(password) : null }
  }

  return {
    hash: (password) => queued(() => hash(password)),
    verify: (stored, password) => queued(() => verify(stored, password)),
    isBusy,
  }
}

function isOutdated(stored: string): boolean {
  const used = parseOptions(stored)
  return used.memoryCost < parameters.memoryCost || used.timeCost < parameters.timeCost
}

function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
