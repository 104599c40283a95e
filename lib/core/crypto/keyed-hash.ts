// HMAC-SHA-256 (RFC 2104): only this site can create the value, and it reveals nothing.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Uses the newest secret. `purpose` prevents the use of a value for another purpose. */
export function keyedHash(text: string, purpose: string, [newest]: readonly string[]): string {
  if (newest === undefined) throw new Error('There is no secret.')
  return hashWith(newest, text, purpose).toString('base64url')
}

/** Compares in constant time, also with older secrets. */
export function isKeyedHash(hash: string, text: string, purpose: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(hash, 'base64url')
  return secrets.some((secret) => {
    const right = hashWith(secret, text, purpose)
    return given.length === right.length && timingSafeEqual(given, right)
  })
}

function hashWith(secret: string, text: string, purpose: string): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([purpose, text]))
    .digest()
}
