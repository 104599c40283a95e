// Unguessable values from the operating system's random generator.
import { randomBytes, randomFillSync, randomInt } from 'node:crypto'

/** 256 bits, four times NIST SP 800-63B-4's minimum for a session secret and twice OWASP ASVS 7.2.3's. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Eight digits, two more than NIST SP 800-63B-4 requires for a typed code. */
export function newCode(): string {
  return String(randomInt(10 ** 8)).padStart(8, '0')
}

/** An identifier that reveals nothing and is never reused: 128 bits. */
export function newId(): string {
  return take128Bits().toString('hex')
}

/** For the content policy of one response: 128 bits, the minimum of Content Security Policy Level 3. */
export function newNonce(): string {
  return take128Bits().toString('base64url')
}

const pool = Buffer.alloc(4096)
let taken = pool.length

/** From a pool, since each call of the generator costs tens of microseconds and every request needs two values. */
function take128Bits(): Buffer {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  taken += 16
  return pool.subarray(taken - 16, taken)
}
