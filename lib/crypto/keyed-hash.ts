// HMAC-SHA-256 (RFC 2104): what only this site can have made, and anyone may see.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The newest secret makes it. `purpose` keeps what was made for one thing from being taken for another. */
export function keyedHash(text: string, purpose: string, [newest]: readonly string[]): string {
  if (newest === undefined) throw new Error('There is no secret.')
  return hashWith(newest, text, purpose).toString('base64url')
}

/** In constant time. Older secrets still count. */
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
