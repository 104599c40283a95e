// Unguessable values from the operating system's random generator.
import { randomBytes, randomInt } from 'node:crypto'

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
  return randomBytes(16).toString('hex')
}

/** For the content policy of one response: 128 bits, the minimum of Content Security Policy Level 3. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url')
}
