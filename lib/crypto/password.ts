// Hashing and verifying passwords, and when a hash of an old kind is replaced. No rule about passwords is here.
import { hash as argon2Hash, parseOptions } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { measures } from '../measures.ts'
import { ok, type Result, refused } from '../result.ts'
import { type FoundHash, findHash } from './old-hashes.ts'

/** argon2id (the package's default), one of OWASP's equal-strength sets: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each hash fills a core and one of libuv's four threads, which file writes need too. */
const maxRunning = 2
/** What waits longer than this queue is better told to come back: 50 hashes are about a second of work. */
const maxWaiting = 50

/** What an unknown person's password is compared with: made with these parameters from 32 random bytes, now lost. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$MkZVOnkGsk/OQlfWhSn1Og$gZ2ZxbB50UFq5OLRfO2k2g62wWxdT+pVlmIyrPZbkzI'

const nobody = requireHash(nobodysHash)

export interface Verdict {
  matches: boolean
  /** A new hash to store in place of the verified one, when that is of an old kind; else null. */
  replacement: string | null
}

export interface PasswordHasher {
  /** Refuses with `busy` when too many hashes wait already. */
  hash(password: string): Promise<Result<string, 'busy'>>
  /**
   * Takes as long for an unknown person (`stored` null), and for one without a usable hash, as for a wrong password and
   * a present hash; an old hash takes its own time on top. Refuses with `busy` likewise.
   */
  verify(stored: string | null, password: string): Promise<Result<Verdict, 'busy'>>
  /** How many wait for their turn. */
  waiting(): number
}

export function createPasswordHasher(): PasswordHasher {
  const limit = pLimit(maxRunning)
  async function queued<Value>(work: () => Promise<Value>): Promise<Result<Value, 'busy'>> {
    if (limit.pendingCount >= maxWaiting) return refused('busy')
    return ok(await limit(() => measured(work)))
  }

  const hash = (password: string) => argon2Hash(password.normalize('NFC'), parameters)

  async function verify(stored: string | null, password: string): Promise<Verdict> {
    const found = stored === null ? null : findHash(stored)
    if (stored === null || found === null) {
      await findMatch(nobody, password)
      return { matches: false, replacement: null }
    }
    const match = await findMatch(found, password)
    // Of what is up to date, only a hash of another form of the password is replaced: the next log-in then finds it at once.
    if (isPresent(stored) && (match === null || match === password.normalize('NFC'))) {
      return { matches: match !== null, replacement: null }
    }
    // Also for a wrong password: a cheap old hash would else be told from all others, the unknown included, by its haste.
    const replacement = await hash(password)
    return match === null ? { matches: false, replacement: null } : { matches: true, replacement }
  }

  return {
    hash: (password) => queued(() => hash(password)),
    verify: (stored, password) => queued(() => verify(stored, password)),
    waiting: () => limit.pendingCount,
  }
}

async function measured<Value>(work: () => Promise<Value>): Promise<Value> {
  const began = performance.now()
  try {
    return await work()
  } finally {
    measures()?.hashed(performance.now() - began)
  }
}

function requireHash(stored: string): FoundHash {
  const found = findHash(stored)
  if (found === null) throw new Error('That is no hash.')
  return found
}

/** The form of the password that matches, or null. */
async function findMatch(found: Pick<FoundHash, 'kind' | 'matches'>, typed: string): Promise<string | null> {
  // This site hashes NFC and other systems what was typed: argon2 may be from either.
  const forms = found.kind === 'argon2' ? new Set([typed.normalize('NFC'), typed]) : [typed]
  for (const form of forms) if (await found.matches(form)) return form
  return null
}

function isPresent(stored: string): boolean {
  if (!stored.startsWith('$argon2id$v=19$')) return false
  const used = parseOptions(stored)
  return used.memoryCost >= parameters.memoryCost && used.timeCost >= parameters.timeCost
}
