// Password hashes in the store: the site's own and those of other systems. Recognises and compares them, and bounds
// their cost. password.ts decides when to replace one.
import { createCipheriv, createHash, pbkdf2, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as argon2Verify, parseOptions } from '@node-rs/argon2'
import { verify as bcryptVerify } from '@node-rs/bcrypt'
import { ok, type Result, refused } from '../result.ts'

/** Stored for a user without a password. No hash has this form, so no password matches. */
export const noPassword = '!'

/**
 * Upper bounds for stored hashes; each takes at most about a second of one core. The import rejects costlier ones,
 * because each log-in would delay all others in the queue.
 */
export const mostCostly = {
  /** KiB: 256 MiB, as libsodium's MODERATE has it; two run at once. */
  argon2Memory: 262_144,
  /** KiB times passes: 1 GiB is a third more than libsodium's MODERATE, which makes three passes. */
  argon2Work: 1_048_576,
  /** 2 to this power. The usual is 10 to 12. */
  bcryptCost: 14,
  /** Twice the default of Django 5.2, which rises by a fifth or so with every version. */
  pbkdf2Iterations: 2_000_000,
  /** Firebase’s maximum; one more doubles the memory. */
  firebaseMemoryCost: 14,
  /** Firebase’s maximum. */
  firebaseRounds: 8,
} as const

export interface FoundHash {
  kind: 'argon2' | 'bcrypt' | 'better-auth' | 'firebase' | 'pbkdf2' | 'sha256'
  isCostly: boolean
  /** Compares the password exactly as given, off the event loop. */
  matches(password: string): Promise<boolean>
}

/** Settings of a Firebase project, shared by all its users; the two texts are base64. */
export interface FirebaseProject {
  signerKey: string
  saltSeparator: string
  rounds: number
  memoryCost: number
}

export type HashError = 'hash_unknown' | 'hash_costly'

/** The stored form of an imported hash. Empty hashes and Django’s unusable ones mean no password. */
export function storedFormOf(given: string): Result<string, HashError> {
  if (given === '' || given.startsWith(noPassword)) return ok(noPassword)
  const stored = withPrefix(given)
  const found = read(stored)
  if (found === null) return refused('hash_unknown')
  return found.isCostly ? refused('hash_costly') : ok(stored)
}

/** Null when nothing can match: no password, an unknown kind, or one that costs too much. */
export function findHash(stored: string): FoundHash | null {
  const found = read(stored)
  return found === null || found.isCostly ? null : found
}

/** The input of `storedFormOf` for a Firebase user, whose hash alone is not enough. */
export function firebaseHash(hash: string, salt: string, project: FirebaseProject): string {
  const { signerKey, saltSeparator, rounds, memoryCost } = project
  const parts = [saltSeparator, signerKey, salt, hash].map(standardBase64)
  return ['firebase', rounds, memoryCost, ...parts].join('$')
}

function withPrefix(given: string): string {
  if (/^[0-9a-f]{64}$/i.test(given)) return `sha256$${given.toLowerCase()}`
  if (/^[0-9a-f]{32}:[0-9a-f]{128}$/.test(given)) return `better-auth$${given}`
  // Django prefixes the hashes of these libraries with its hasher’s name.
  return given.replace(/^argon2(?=\$argon2)|^bcrypt\$(?=\$2)/, '')
}

function read(stored: string): FoundHash | null {
  for (const readKind of [readArgon2, readBcrypt, readBetterAuth, readFirebase, readPbkdf2, readSha256]) {
    const found = readKind(stored)
    if (found !== null) return found
  }
  return null
}

/** As PHC strings, without the optional key id and data, which the library does not know. */
const argon2Form =
  /^\$argon2(?:id|i|d)\$v=(?:16|19)\$m=(\d{1,10}),t=(\d{1,10}),p=\d{1,3}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/

function readArgon2(stored: string): FoundHash | null {
  const [, memory, passes] = argon2Form.exec(stored)?.map(Number) ?? []
  if (memory === undefined || passes === undefined || stored.length > 300 || !isWhole(stored)) return null
  const isCostly = memory > mostCostly.argon2Memory || memory * passes > mostCostly.argon2Work
  return { kind: 'argon2', isCostly, matches: (password) => argon2Verify(stored, password) }
}

/** Rejects parameters for which the library would throw at log-in. RFC 9106, 3.1, has the bounds. */
function isWhole(stored: string): boolean {
  try {
    const { memoryCost, timeCost, parallelism, saltLen, outputLen } = parseOptions(stored)
    const hasRoom = parallelism >= 1 && timeCost >= 1 && memoryCost >= 8 * parallelism
    return hasRoom && saltLen >= 8 && saltLen <= 64 && outputLen >= 16 && outputLen <= 64
  } catch {
    return false
  }
}

/** Uses the first 72 bytes of a password, as the old systems did. */
function readBcrypt(stored: string): FoundHash | null {
  const cost = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/.exec(stored)?.[1]
  if (cost === undefined) return null
  const isCostly = Number(cost) > mostCostly.bcryptCost
  return { kind: 'bcrypt', isCostly, matches: (password) => bcryptVerify(password, stored) }
}

/** The parameters of @better-auth/utils/password, which its hashes do not name. The salt is used as text. */
function readBetterAuth(stored: string): FoundHash | null {
  const [, salt, key] = /^better-auth\$([0-9a-f]{32}):([0-9a-f]{128})$/.exec(stored) ?? []
  if (salt === undefined || key === undefined) return null
  return {
    kind: 'better-auth',
    isCostly: false,
    async matches(password) {
      const derived = await deriveScrypt(password.normalize('NFKC'), salt, { N: 16_384, r: 16, p: 1 })
      return isSame(derived, Buffer.from(key, 'hex'))
    },
  }
}

/**
 * github.com/firebase/scrypt: encrypts the project's signer key with a key derived from the password; the result is the
 * hash. Text: firebase$rounds$memory cost$salt separator$signer key$salt$hash, the last four in base64.
 */
function readFirebase(stored: string): FoundHash | null {
  const form = /^firebase\$([1-9]\d?)\$([1-9]\d?)((?:\$[A-Za-z0-9+/]{0,199}={0,2}){4})$/
  const [, rounds, memoryCost, rest = ''] = form.exec(stored) ?? []
  if (rounds === undefined || memoryCost === undefined) return null
  const [separator, signerKey, salt, hash] = rest
    .split('$')
    .slice(1)
    .map((part) => Buffer.from(part, 'base64'))
  if (!separator || !signerKey || !salt || !hash || salt.length === 0) return null
  if (signerKey.length < 32 || hash.length !== signerKey.length) return null
  const isCostly = Number(rounds) > mostCostly.firebaseRounds || Number(memoryCost) > mostCostly.firebaseMemoryCost
  return {
    kind: 'firebase',
    isCostly,
    async matches(password) {
      const parameters = { N: 2 ** Number(memoryCost), r: Number(rounds), p: 1 }
      const derived = await deriveScrypt(password, Buffer.concat([salt, separator]), parameters)
      const cipher = createCipheriv('aes-256-ctr', derived.subarray(0, 32), Buffer.alloc(16))
      return isSame(cipher.update(signerKey), hash)
    },
  }
}

/** As Django writes it: pbkdf2_sha256$iterations$salt$base64. The salt counts as text. */
function readPbkdf2(stored: string): FoundHash | null {
  const form = /^pbkdf2_(sha256|sha1)\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]+=)$/
  const [, digest, iterations, salt, text] = form.exec(stored) ?? []
  if (digest === undefined || iterations === undefined || salt === undefined || text === undefined) return null
  const key = Buffer.from(text, 'base64')
  if (key.length !== (digest === 'sha256' ? 32 : 20)) return null
  return {
    kind: 'pbkdf2',
    isCostly: Number(iterations) > mostCostly.pbkdf2Iterations,
    matches: async (password) =>
      isSame(await derivePbkdf2(password, salt, Number(iterations), key.length, digest), key),
  }
}

/** Unsalted: the format of the Streamlit demonstration. */
function readSha256(stored: string): FoundHash | null {
  const [, hash] = /^sha256\$([0-9a-f]{64})$/.exec(stored) ?? []
  if (hash === undefined) return null
  const matches = async (password: string) =>
    isSame(createHash('sha256').update(password, 'utf8').digest(), Buffer.from(hash, 'hex'))
  return { kind: 'sha256', isCostly: false, matches }
}

const derivePbkdf2 = promisify(pbkdf2)

/** 64 bytes, as both systems use. */
function deriveScrypt(password: string, salt: string | Buffer, parameters: ScryptOptions): Promise<Buffer> {
  // Twice what these parameters need; Node's own limit of 32 MiB is just too low for them.
  const options = { ...parameters, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 64, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Firebase’s interfaces use either alphabet. */
function standardBase64(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/')
}
