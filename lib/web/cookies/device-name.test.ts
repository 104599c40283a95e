import { describe, expect, test } from 'vitest'
import { keyedHash } from '../../core/crypto/keyed-hash.ts'
import { type Device, markOf, marksOfOthers, readDevice, renewDevice, writeDevice } from './device-name.ts'

const old = 'o'.repeat(43)
const newer = 'n'.repeat(43)
const alice = { id: 'id-of-alice', passwordChangedAt: null }
const bob = { id: 'id-of-bob', passwordChangedAt: 7 }
const id = '0'.repeat(32)

const isKnown = (device: Device | null, owner: typeof alice | typeof bob, secrets: string[]) =>
  device !== null && marksOfOthers(device, owner, secrets).length < device.marks.length

/** In the format of version 0.1.0. */
function earlierCookie(owners: (typeof alice | typeof bob)[], secret: string): string {
  const name = id + keyedHash(id, 'device-name', [secret])
  const text = (owner: typeof alice | typeof bob) => JSON.stringify([name, owner.id, owner.passwordChangedAt])
  return [name, ...owners.map((owner) => keyedHash(text(owner), 'known-device', [secret]))].join('.')
}

describe('when the secret is rotated', () => {
  const first = writeDevice({ id, marks: [markOf({ id }, alice), markOf({ id }, bob)] }, [old])

  test('a browser seen once stays known for all its users after the old secret is removed', () => {
    const renewed = renewDevice(first, [newer, old]) ?? ''
    const device = readDevice(renewed, [newer])
    expect(device?.id).toBe(id)
    expect([alice, bob].map((owner) => isKnown(device, owner, [newer]))).toEqual([true, true])
    expect(isKnown(device, { id: 'id-of-carol', passwordChangedAt: null }, [newer])).toBe(false)
  })

  test('a cookie under the newest secret stays unchanged, and a forged one stays invalid', () => {
    expect(renewDevice(first, [old])).toBeNull()
    expect(renewDevice(first, [old, newer])).toBeNull()
    expect(renewDevice(first, [newer])).toBeNull()
    expect(renewDevice(`${first}.${markOf({ id }, alice)}`, [newer, old])).toBeNull()
    expect(renewDevice('', [newer, old])).toBeNull()
  })

  test('a browser not seen in between is unknown', () => {
    expect(readDevice(first, [newer])).toBeNull()
  })
})

describe('a cookie of version 0.1.0', () => {
  test('is known for its users, also after it is rewritten under the same secret', () => {
    const cookie = earlierCookie([alice, bob], old)
    expect([alice, bob].map((owner) => isKnown(readDevice(cookie, [old]), owner, [old]))).toEqual([true, true])
    const renewed = readDevice(renewDevice(cookie, [newer, old]) ?? '', [newer, old])
    expect([alice, bob].map((owner) => isKnown(renewed, owner, [newer, old]))).toEqual([true, true])
  })

  test('does not accept a mark that the client added', () => {
    const [name = ''] = earlierCookie([], old).split('.')
    for (const mark of [markOf({ id }, alice), `~${markOf({ id }, alice)}`]) {
      const device = readDevice(`${name}.${mark}`, [old])
      expect(isKnown(device, alice, [old])).toBe(false)
      expect(isKnown(readDevice(writeDevice(device ?? { id, marks: [] }, [old]), [old]), alice, [old])).toBe(false)
    }
  })
})

test('a browser remembers the last eight users', () => {
  const marks = Array.from({ length: 9 }, (_, n) => markOf({ id }, { id: `person ${n}`, passwordChangedAt: null }))
  expect(readDevice(writeDevice({ id, marks }, [old]), [old])?.marks).toEqual(marks.slice(0, 8))
})
