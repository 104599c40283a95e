// HMAC-SHA-256 (RFC 2104): a value that only this site can make and anyone may see.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Uses the newest secret. `purpose` keeps a value of one use from being accepted for another. */
export function keyedHash(text: string, purpose: string, [newest]: readonly string[]): string {
  if (newest === undefined) throw new Error('There is no secret.')
  return hashWith(newest, text, purpose).toString('base64url')
}

/** Compares in constant time. Accepts older secrets as well. */
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
