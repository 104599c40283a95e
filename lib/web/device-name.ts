// The name of a browser: random, with a keyed hash of it behind, so that nobody makes one up.
import { isKeyedHash, keyedHash } from '#lib/crypto/keyed-hash.ts'
import { newId } from '#lib/crypto/random.ts'
import { cookieNameOn } from './cookie-name.ts'

const purpose = 'device-name'
const ownerPurpose = 'device-owner'
/** Hex digits of an id: the first half is random, the second half says for whom the browser was named first. */
const halfLength = 16

export function deviceCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'device')
}

/** An id for a browser that has none. All browsers that one user's log-ins name have the same second half. */
export function newDeviceId(userId: string, secrets: readonly string[]): string {
  const owner = Buffer.from(keyedHash(userId, ownerPurpose, secrets), 'base64url').toString('hex')
  return newId().slice(0, halfLength) + owner.slice(0, halfLength)
}

/** For whom this browser was named first: a keyed hash that only serves to compare. Null when this site never named it. */
export function deviceOwnerIn(cookie: string, secrets: readonly string[]): string | null {
  return deviceNameIn(cookie, secrets)?.slice(halfLength, 2 * halfLength) ?? null
}

export function proveDeviceName(id: string, secrets: readonly string[]): string {
  return id + keyedHash(id, purpose, secrets)
}

/** The name that stands first in the cookie, with its proof; null when this site never gave it. */
export function deviceNameIn(cookie: string, secrets: readonly string[]): string | null {
  const [name = ''] = cookie.split('.', 1)
  const [, id = '', proof = ''] = /^([0-9a-f]{32})([\w-]{43})$/.exec(name) ?? []
  return id !== '' && isKeyedHash(proof, id, purpose, secrets) ? name : null
}
