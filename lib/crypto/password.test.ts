import { hash } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { sha256 } from './hash.ts'
import { createPasswordHasher } from './password.ts'

const passwords = createPasswordHasher()
const hashOf = async (password: string) => {
  const hashed = await passwords.hash(password)
  if (!hashed.ok) throw new Error(hashed.code)
  return hashed.value
}

describe('hash', () => {
  test('is argon2id with 19 MiB, two passes and one lane, and salted', async () => {
    const [one, other] = [await hashOf('same'), await hashOf('same')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
  })
})

describe('verify', () => {
  test('knows the right password from every near miss', async () => {
    const long = `${'x'.repeat(80)} end `
    const stored = await hashOf(long)
    expect(await passwords.verify(stored, long)).toEqual({ ok: true, value: { matches: true, replacement: null } })
    for (const miss of [long.trim(), long.slice(0, 72), long.toUpperCase(), `${long}\u0000`, '']) {
      expect(await passwords.verify(stored, miss)).toMatchObject({ value: { matches: false } })
    }
  })

  test('takes a letter in either Unicode form, and no other letter that looks alike', async () => {
    const stored = await hashOf('caf\u00e9-password')
    expect(await passwords.verify(stored, 'cafe\u0301-password')).toMatchObject({ value: { matches: true } })
    expect(await passwords.verify(stored, 'ｃaf\u00e9-password')).toMatchObject({ value: { matches: false } })
  })

  test('takes about as long for a person that there is not, from the first time on', async () => {
    const stored = await hashOf('password')
    const timed = async (hash: string | null) => {
      const began = performance.now()
      await passwords.verify(hash, 'other')
      return performance.now() - began
    }
    const unknown = [await timed(null), await timed(null), await timed(null), await timed(null)]
    const known = [await timed(stored), await timed(stored), await timed(stored), await timed(stored)]
    // A hash takes tens of milliseconds and its absence none: the fastest of four tell them apart on any machine.
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3)
  })

  test('matches nothing for a person that there is not', async () => {
    expect(await passwords.verify(null, 'anything')).toEqual({ ok: true, value: { matches: false, replacement: null } })
  })

  test('verifies a SHA-256 of the old application and gives a hash to put in its place', async () => {
    const stored = `sha256$${sha256('old password')}`
    const right = await passwords.verify(stored, 'old password')
    expect(right).toMatchObject({ value: { matches: true, replacement: expect.stringMatching(/^\$argon2id\$/) } })
    expect(await passwords.verify(stored, 'Old password')).toEqual({
      ok: true,
      value: { matches: false, replacement: null },
    })
  })

  test('replaces a hash of weaker parameters, once the password is right', async () => {
    const weak = await hash('password', { memoryCost: 4096, timeCost: 1 })
    expect(await passwords.verify(weak, 'password')).toMatchObject({
      value: { matches: true, replacement: expect.stringMatching(/m=19456,t=2,p=1/) },
    })
    expect(await passwords.verify(weak, 'other')).toMatchObject({ value: { matches: false, replacement: null } })
  })
})

describe('the queue', () => {
  test('runs two at once, lets fifty wait and refuses the rest as busy', async () => {
    const flooded = createPasswordHasher()
    const outcomes = Array.from({ length: 60 }, () => flooded.hash('password'))
    await Promise.resolve()
    expect(flooded.isBusy()).toBe(true)
    const settled = await Promise.all(outcomes)
    const refused = settled.filter((outcome) => !outcome.ok)
    expect(refused.length).toBeGreaterThanOrEqual(8)
    expect(refused.length).toBeLessThanOrEqual(10)
    expect(refused[0]).toEqual({ ok: false, code: 'busy' })
    expect(flooded.isBusy()).toBe(false)
  })
})
