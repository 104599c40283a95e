import { createCipheriv, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import { hashPassword as betterAuthHash } from '@better-auth/utils/password'
import { hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { describe, expect, test, vi } from 'vitest'
import { sha256 } from './hash.ts'
import { firebaseHash } from './old-hashes.ts'
import { createPasswordHasher } from './password.ts'

/** Records the hash of each argon2 comparison. */
const verifications = vi.hoisted(() => [] as string[])
vi.mock('@node-rs/argon2', async (importOriginal) => {
  const library = await importOriginal<typeof import('@node-rs/argon2')>()
  const verify: typeof library.verify = (hashed, ...rest) => {
    verifications.push(String(hashed))
    return library.verify(hashed, ...rest)
  }
  return { ...library, verify }
})

function firebaseHashOf(text: string): string {
  const [signerKey, salt, separator] = [randomBytes(64), randomBytes(9), randomBytes(1)]
  const derived = scryptSync(text, Buffer.concat([salt, separator]), 64, { N: 16, r: 1, p: 1 })
  const hashed = createCipheriv('aes-256-ctr', derived.subarray(0, 32), Buffer.alloc(16)).update(signerKey)
  const [key, saltSeparator] = [signerKey.toString('base64'), separator.toString('base64')]
  const project = { signerKey: key, saltSeparator, rounds: 1, memoryCost: 4 }
  return firebaseHash(hashed.toString('base64'), salt.toString('base64'), project)
}

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
  test('rejects every near miss of the right password', async () => {
    const long = `${'x'.repeat(80)} end `
    const stored = await hashOf(long)
    expect(await passwords.verify(stored, long)).toEqual({ ok: true, value: { matches: true, replacement: null } })
    for (const miss of [long.trim(), long.slice(0, 72), long.toUpperCase(), `${long}\u0000`, '']) {
      expect(await passwords.verify(stored, miss)).toMatchObject({ value: { matches: false } })
    }
  })

  test('accepts both Unicode forms of a letter, and no look-alike', async () => {
    const stored = await hashOf('caf\u00e9-password')
    expect(await passwords.verify(stored, 'cafe\u0301-password')).toMatchObject({ value: { matches: true } })
    expect(await passwords.verify(stored, 'ｃaf\u00e9-password')).toMatchObject({ value: { matches: false } })
  })

  test.each([
    ['that there is not', () => null],
    ['with a present hash', () => hashOf('password')],
    ['without a password', () => '!'],
    ['with a hash of no kind', () => 'rubbish'],
    ['with a hash that would cost too much', () => `$2b$31$${'a'.repeat(53)}`],
    ['with a cheap old hash', () => `sha256$${sha256('password')}`],
    ['with a bcrypt hash', () => bcryptHash('password', { cost: 4 })],
    ['with a hash of better-auth', async () => `better-auth$${await betterAuthHash('password')}`],
    ['with a hash of Django', () => `pbkdf2_sha256$9$salt$${Buffer.alloc(32).toString('base64')}`],
    ['with a weaker argon2 hash', () => hash('password', { memoryCost: 4096 })],
  ])(
    'makes the same number of comparisons with a current hash for a user %s, and matches nothing [T22]',
    async (_, make) => {
      const stored = await make()
      for (const [typed, forms] of [
        ['other', 1],
        ['caf\u00e9', 2],
        ['cafe\u0301', 2],
        ['caf\u00e9 cafe\u0301', 3],
      ] as const) {
        verifications.length = 0
        expect(await passwords.verify(stored, typed)).toEqual({
          ok: true,
          value: { matches: false, replacement: null },
        })
        const present = verifications.filter((one) => one.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'))
        expect(present, typed).toHaveLength(forms)
      }
    },
  )

  test.each([
    ['argon2id', (text: string) => hash(text)],
    ['argon2i', (text: string) => hash(text, { algorithm: 1 })],
    ['bcrypt', (text: string) => bcryptHash(text, { cost: 4 })],
    ['SHA-256', async (text: string) => `sha256$${sha256(text)}`],
    ['better-auth', async (text: string) => `better-auth$${await betterAuthHash(text)}`],
    [
      'Django',
      async (text: string) => `pbkdf2_sha256$9$salt$${pbkdf2Sync(text, 'salt', 9, 32, 'sha256').toString('base64')}`,
    ],
    ['Firebase', async (text: string) => firebaseHashOf(text)],
  ])('verifies an old hash of %s in any Unicode form, and replaces it with one of NFC', async (_, make) => {
    const password = 'Grüße aus Zoë’s Café 9'
    const forms = [password.normalize('NFC'), password.normalize('NFD'), `Gru\u0308ße aus Zoë’s Café 9`]
    for (const old of forms.slice(0, 2)) {
      const stored = await make(old)
      for (const typed of forms) {
        const verdict = await passwords.verify(stored, typed)
        if (!verdict.ok || !verdict.value.matches) throw new Error(`${old} is refused`)
        const present = verdict.value.replacement ?? stored
        const again = await passwords.verify(present, password.normalize('NFC'))
        expect(again).toEqual({ ok: true, value: { matches: true, replacement: null } })
      }
      expect(await passwords.verify(stored, 'Grusse aus Zoe’s Cafe 9')).toMatchObject({ value: { matches: false } })
    }
    // As typed in the old system, if that was neither form.
    const mixed = await passwords.verify(await make(forms[2] ?? ''), forms[2] ?? '')
    expect(mixed).toMatchObject({ value: { matches: true } })
  })

  test('matches nothing for an unknown user', async () => {
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
  ])('verifies an old hash of kind %s once, and returns a current one to replace it [V11.2.2]', async (_, make) => {
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
  })

  test('verifies an argon2 hash of text that is not NFC, and replaces it with one of NFC', async () => {
    const [composed, decomposed] = ['caf\u00e9-password', 'cafe\u0301-password']
    const imported = await hash(decomposed)
    const right = await passwords.verify(imported, decomposed)
    if (!right.ok || right.value.replacement === null) throw new Error('There is nothing to put in its place.')
    expect(await passwords.verify(right.value.replacement, composed)).toMatchObject({ value: { matches: true } })
    expect(await passwords.verify(imported, 'cafe-password')).toMatchObject({ value: { matches: false } })
  })

  test('does not replace a hash with stronger parameters', async () => {
    const strong = await hash('password', { memoryCost: 32_768, timeCost: 3, parallelism: 4 })
    expect(await passwords.verify(strong, 'password')).toEqual({
      ok: true,
      value: { matches: true, replacement: null },
    })
  })
})

describe('the queue', () => {
  test('runs two at once, queues fifty and rejects the rest as busy [V15.4.4]', async () => {
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
