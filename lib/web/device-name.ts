// The cookie that names a browser and the people who logged in with it. One keyed hash covers the whole cookie, so
// nobody makes one up, and it can be made again under the newest secret without knowing who those people are.
import { sha256 } from '#lib/core/crypto/hash.ts'
import { isKeyedHash, keyedHash } from '#lib/core/crypto/keyed-hash.ts'
import { newId } from '#lib/core/crypto/random.ts'
import { cookieNameOn } from './cookie-name.ts'

/** Whoever knew only an earlier password is as unknown as anybody. */
export interface DeviceOwner {
  id: string
  passwordChangedAt: number | null
}

export interface Device {
  id: string
  /** One for each person who logged in, the last one first. */
  marks: readonly string[]
}

const purpose = 'device'
const ownerPurpose = 'device-owner'
/** Hex digits of an id: the first half is random, the second half says for whom the browser was named first. */
const halfLength = 16
/** Until version 0.1.0 the proof was of the id alone, and each mark was a keyed hash. Such marks are told by their prefix. */
const earlier = { proof: 'device-name', mark: 'known-device', prefix: '~' }
/** People who share one browser; whoever logged in longest ago is forgotten first. */
const mostPeople = 8
const oneYearInSeconds = 31_536_000

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
  return readDevice(cookie, secrets)?.id.slice(halfLength) ?? null
}

export function deviceCookieOptions(appOrigin: string) {
  const secure = appOrigin.startsWith('https:')
  return { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: oneYearInSeconds } as const
}

/** Null for a cookie that this site never gave. */
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
 * The same cookie under the newest secret, or null when it is so already or none of ours. Without it, a browser that
 * comes every day would be unknown as soon as an older secret is dropped.
 */
export function renewDevice(cookie: string, secrets: readonly string[]): string | null {
  const device = readDevice(cookie, secrets.slice(1))
  return device && writeDevice(device, secrets)
}

export function markOf({ id }: Pick<Device, 'id'>, owner: DeviceOwner): string {
  return Buffer.from(sha256(markedText(id, owner)), 'hex').toString('base64url')
}

/** The marks of the device that are not this person's. */
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
