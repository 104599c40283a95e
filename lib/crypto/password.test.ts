import { hashPassword as betterAuthHash } from '@better-auth/utils/password'
import { hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
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
  test('is argon2id with 19 MiB, two passes and one lane, and salted [V11.4.2]', async () => {
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

  test.each([
    ['that there is not', null],
    ['without a password', '!'],
    ['with a hash of no kind', 'rubbish'],
    ['with a hash that would cost too much', `$2b$31$${'a'.repeat(53)}`],
    ['with a cheap old hash', `sha256$${sha256('password')}`],
  ])('takes about as long for a person %s, from the first time on, and matches nothing [T22]', async (_, unlike) => {
    const stored = await hashOf('password')
    const timed = async (hash: string | null, typed: string) => {
      const began = performance.now()
      expect(await passwords.verify(hash, typed)).toEqual({ ok: true, value: { matches: false, replacement: null } })
      return performance.now() - began
    }
    // The second is two texts: with the letter in either Unicode form.
    for (const typed of ['other', 'cafe\u0301']) {
      const [theirs, known] = [[] as number[], [] as number[]]
      for (let round = 0; round < 10; round++) {
        theirs.push(await timed(unlike, typed))
        known.push(await timed(stored, typed))
      }
      // A hash takes tens of milliseconds and its absence microseconds: the fastest of ten tell them apart on any machine.
      expect(Math.min(...theirs)).toBeGreaterThan(Math.min(...known) / 3)
    }
  })

  test('matches nothing for a person that there is not', async () => {
    expect(await passwords.verify(null, 'anything')).toEqual({ ok: true, value: { matches: false, replacement: null } })
  })

  test.each([
    ['SHA-256', () => `sha256$${sha256('old password')}`],
    ['bcrypt', () => bcryptHash('old password', { cost: 4 })],
    ['better-auth', async () => `better-auth$${await betterAuthHash('old password')}`],
    ['argon2i', () => hash('old password', { algorithm: 1 })],
    ['argon2d', () => hash('old password', { algorithm: 0 })],
    ['argon2id of version 1.0', () => hash('old password', { version: 0 })],
    ['argon2id of less memory', () => hash('old password', { memoryCost: 4096 })],
    ['argon2id of fewer passes', () => hash('old password', { timeCost: 1 })],
  ])(
    'verifies a hash of the old kind %s once, and gives a present one to put in its place [V11.2.2]',
    async (_, make) => {
      const stored = await make()
      const right = await passwords.verify(stored, 'old password')
      if (!right.ok || right.value.replacement === null) throw new Error('There is nothing to put in its place.')
      expect(right.value.matches).toBe(true)
      expect(right.value.replacement).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      const next = await passwords.verify(right.value.replacement, 'old password')
      expect(next).toEqual({ ok: true, value: { matches: true, replacement: null } })
      expect(await passwords.verify(stored, 'Old password')).toEqual({
        ok: true,
        value: { matches: false, replacement: null },
      })
    },
  )

  test('takes an argon2 hash of what was typed where that is not NFC, and replaces it by one of NFC', async () => {
    const [composed, decomposed] = ['caf\u00e9-password', 'cafe\u0301-password']
    const imported = await hash(decomposed)
    const right = await passwords.verify(imported, decomposed)
    if (!right.ok || right.value.replacement === null) throw new Error('There is nothing to put in its place.')
    expect(await passwords.verify(right.value.replacement, composed)).toMatchObject({ value: { matches: true } })
    expect(await passwords.verify(imported, 'cafe-password')).toMatchObject({ value: { matches: false } })
  })

  test('leaves a hash of stronger parameters as it is', async () => {
    const strong = await hash('password', { memoryCost: 32_768, timeCost: 3, parallelism: 4 })
    expect(await passwords.verify(strong, 'password')).toEqual({
      ok: true,
      value: { matches: true, replacement: null },
    })
  })
})

describe('the queue', () => {
  test('runs two at once, lets fifty wait and refuses the rest as busy [V15.4.4]', async () => {
    const flooded = createPasswordHasher()
    const outcomes = Array.from({ length: 60 }, () => flooded.hash('password'))
    await Promise.resolve()
    const settled = await Promise.all(outcomes)
    const refused = settled.filter((outcome) => !outcome.ok)
    expect(refused.length).toBeGreaterThanOrEqual(8)
    expect(refused.length).toBeLessThanOrEqual(10)
    expect(refused[0]).toEqual({ ok: false, code: 'busy' })
  })
})
