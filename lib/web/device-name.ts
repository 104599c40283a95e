// The name of a browser: random, with a keyed hash of it behind, so that nobody makes one up.
import { isKeyedHash, keyedHash } from '#lib/crypto/keyed-hash.ts'
import { cookieNameOn } from './cookie-name.ts'

const purpose = 'device-name'
/** Hex digits; what follows them is the proof. */
export const deviceIdLength = 32

export function deviceCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'device')
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
