// Time-based one-time passwords (RFC 6238) as authenticator apps make them. Stores nothing.
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { seconds } from '../../core/clock.ts'

/** What every app supports: many ignore other values in the URI and show codes that never match. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const
export const codeDigits = form.digits
const stepMs = seconds(form.period)
/** RFC 4226, 4, R6, recommends 160 bits. */
const keyBytes = 20
/** RFC 6238, 5.2, recommends one step for the delay of people and networks. */
const stepsAround = 1

/** In base32, as users type it when they cannot scan the QR code. */
export function newTotpKey(): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(keyBytes)).buffer }).base32
}

/** Of the site's clock; a client's time never counts (ASVS 6.5.8). */
function stepAt(now: number): number {
  return Math.floor(now / stepMs)
}

/** The step of this code: the present one, or one beside it. Null when the code is wrong. Compares in constant time. */
export function findStep(key: string, code: string, now: number): number | null {
  const secret = Secret.fromBase32(key)
  const distance = TOTP.validate({ ...form, secret, token: code, timestamp: now, window: stepsAround })
  return distance === null ? null : stepAt(now) + distance
}

/** The key for a QR code, in the form of Google Authenticator that all apps read. */
export function totpUri(key: string, { issuer, username }: { issuer: string; username: string }): string {
  return new TOTP({ ...form, issuer, label: username, secret: key }).toString()
}
