// The cookie that names a browser and marks the users who logged in with it. One keyed hash covers the whole cookie:
// clients cannot forge it, and it can be renewed under the newest secret without knowing the users.
import { sha256 } from '#lib/core/crypto/hash.ts'
import { isKeyedHash, keyedHash } from '#lib/core/crypto/keyed-hash.ts'
import { newId } from '#lib/core/crypto/random.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** A mark ends with the password: an attacker who knew an earlier one counts as unknown. */
export interface DeviceOwner {
  id: string
  passwordChangedAt: number | null
}

export interface Device {
  id: string
  /** One for each user who logged in, the latest first. */
  marks: readonly string[]
}

const purpose = 'device'
const ownerPurpose = 'device-owner'
/** Hex digits of half an id: the first half is random, the second is derived from the first user of the browser. */
const halfLength = 16
/**
 * Up to version 0.1.0 the hash covered only the id, and each mark was a keyed hash. The prefix identifies such marks.
 */
const earlier = { proof: 'device-name', mark: 'known-device', prefix: '~' }
/** The maximum of users per browser; the one whose log-in is oldest is dropped. */
const mostPeople = 8
const oneYearInSeconds = 31_536_000

export function deviceCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'device')
}

/** A new id. All browsers named by one user's log-ins have the same second half. */
export function newDeviceId(userId: string, secrets: readonly string[]): string {
  const owner = Buffer.from(keyedHash(userId, ownerPurpose, secrets), 'base64url').toString('hex')
  return newId().slice(0, halfLength) + owner.slice(0, halfLength)
}

/** The second half of the id, for comparison only. Null when this site did not create the cookie. */
export function deviceOwnerIn(cookie: string, secrets: readonly string[]): string | null {
  return readDevice(cookie, secrets)?.id.slice(halfLength) ?? null
}

export function deviceCookieOptions(appOrigin: string) {
  return { ...cookieOptionsOn(appOrigin), maxAge: oneYearInSeconds }
}

/** Null for a cookie that this site did not create. */
export function readDevice(cookie: string, secrets: readonly string[]): Device | null {
  const [name = '', ...marks] = cookie.split('.', mostPeople + 1)
  const [, id = '', proof = ''] = /^([0-9a-f]{32})([\w-]{43})$/.exec(name) ?? []
  if (id === '') return null
  if (isKeyedHash(proof, proved(id, marks), purpose, secrets)) return { id, marks }
  if (!isKeyedHash(proof, id, earlier.proof, secrets)) return null
  return { id, marks: marks.map((mark) => earlier.prefix + mark) }
}

export function writeDevice({ id, marks }: Device, secrets: readonly string[]): string {
  const kept = marks.slice(0, mostPeople)
  return [id + keyedHash(proved(id, kept), purpose, secrets), ...kept].join('.')
}

/**
 * The cookie under the newest secret; null if it already is, or if it is not ours. Without renewal, a browser that
 * visits every day would be unknown once an older secret is removed.
 */
export function renewDevice(cookie: string, secrets: readonly string[]): string | null {
  const device = readDevice(cookie, secrets.slice(1))
  return device && writeDevice(device, secrets)
}

export function markOf({ id }: Pick<Device, 'id'>, owner: DeviceOwner): string {
  return Buffer.from(sha256(markedText(id, owner)), 'hex').toString('base64url')
}

/** The device's marks of other users. */
export function marksOfOthers(device: Device, owner: DeviceOwner, secrets: readonly string[]): string[] {
  const own = markOf(device, owner)
  const names = secrets.map((secret) => device.id + keyedHash(device.id, earlier.proof, [secret]))
  const isOwn = (mark: string) => {
    if (!mark.startsWith(earlier.prefix)) return mark === own
    const hash = mark.slice(earlier.prefix.length)
    return names.some((name) => isKeyedHash(hash, markedText(name, owner), earlier.mark, secrets))
  }
  return device.marks.filter((mark) => !isOwn(mark))
}

const proved = (id: string, marks: readonly string[]) => JSON.stringify([id, marks])
const markedText = (name: string, { id, passwordChangedAt }: DeviceOwner) =>
  JSON.stringify([name, id, passwordChangedAt])
