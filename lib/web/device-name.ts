// The name of a browser: random, with a keyed hash of it behind, so that nobody makes one up.
import { isKeyedHash, keyedHash } from '#lib/crypto/keyed-hash.ts'
import { cookieNameOn } from './cookie-name.ts'

const purpose = 'device-name'

export function deviceCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'device')
}

export function proveDeviceName(id: string, secrets: readonly string[]): string {
  return id + keyedHash(id, purpose, secrets)
}

export function isDeviceName(text: string, secrets: readonly string[]): boolean {
  const [, id = '', proof = ''] = /^([0-9a-f]{32})([\w-]{43})$/.exec(text) ?? []
  return id !== '' && isKeyedHash(proof, id, purpose, secrets)
}
