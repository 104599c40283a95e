import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sha256 } from '../../core/crypto/hash.ts'
import { createPasswordHasher } from '../../core/crypto/password.ts'
import { newId } from '../../core/crypto/random.ts'
import { aUser } from '../../stores/contract/samples.ts'
import { newUser } from '../../stores/kinds.ts'
import { openStores } from '../../stores/open.ts'
import type { Stores } from '../../stores/types.ts'
import { type ImportStore, importInto, importUsers, readUsers, rehearse } from './import.ts'
import type { ImportFormat } from './reading.ts'

const now = Date.parse('2026-01-31T12:00:00Z')
const header = 'username,email,email_verified,password_hash,full_name,bio,age,role,created_at\n'
/** The published example of github.com/firebase/scrypt. */
const firebase = {
  signerKey: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  saltSeparator: 'Bw==',
  rounds: 8,
  memoryCost: 14,
}
const firebasePassword = {
  passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  salt: '42xEC+ixf3L2lw==',
}

async function openStore(): Promise<Stores> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-import-'))
  const log = { info() {}, warn() {}, error() {} }
  const takeOver = () => ({ users: [], refused: [], notes: [] })
  const stores = await openStores({ driver: 'json', dir }, { takeOver, poolSize: 1, log })
  onTestFinished(async () => {
    await stores.close()
    await rm(dir, { recursive: true, force: true })
  })
  return stores
}

interface Source {
  format: ImportFormat
  content: string | Uint8Array
  /** How many bytes arrive at once. */
  size?: number
  project?: typeof firebase | null
}

function readingsOf({ format, content, size = 65_536, project = firebase }: Source) {
  const bytes = Buffer.from(content)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  return readUsers(format, chunks(), {
    now,
    newId,
    firebase: project,
    sealTotp: async (key, userId) => `${userId} ${key}`,
  })
}

async function importText(format: ImportFormat, content: string | Uint8Array, stores?: Stores) {
  const target = stores ?? (await openStore())
  const outcome = await importUsers(readingsOf({ format, content }), importInto(target.users), () => {})
  const find = async (username: string) => {
    const found = await target.users.findByUsername(username)
    if (found === null) throw new Error(`${username} is not there.`)
    return found
  }
  return { outcome, find, stores: target, reasons: outcome.rejected.map(({ line, reason }) => `${line}: ${reason}`) }
}

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

describe('a CSV file', () => {
  test('imports a user per row with all columns', async () => {
    const hash = sha256('three blind mice')
    const row = `Alice,Alice@Example.org,true,${hash},Žofie 🦊,"says ""hello"",\nand more",30,admin,2020-01-31 12:30:00+02\n`
    const { outcome, find } = await importText('csv', header + row)
    expect(await find('alice')).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      username: 'alice',
      passwordHash: `sha256$${hash}`,
      email: 'Alice@Example.org',
      emailVerifiedAt: now,
      role: 'admin',
      status: 'active',
      profile: { fullName: 'Žofie 🦊', bio: 'says "hello",\nand more', age: 30 },
      createdAt: Date.parse('2020-01-31T10:30:00Z'),
    })
    expect(outcome).toMatchObject({ imported: 1, admins: 1, withoutPassword: 0, rejected: [] })
  })

  test('requires only a username', async () => {
    const { outcome, find } = await importText('csv', 'username\nalice\n')
    expect(await find('alice')).toMatchObject({ email: null, emailVerifiedAt: null, passwordHash: '!', role: 'member' })
    expect(await find('alice')).toMatchObject({ createdAt: now, profile: { fullName: '', bio: '', age: null } })
    expect(outcome).toMatchObject({ imported: 1, withoutPassword: 1, unreachable: 1 })
  })

  test.each([
    ['true', now],
    ['T', now],
    ['1', now],
    ['yes', now],
    ['2024-01-31T00:00:00Z', Date.parse('2024-01-31T00:00:00Z')],
    ['false', null],
    ['f', null],
    ['0', null],
    ['', null],
  ])('reads email_verified %j', async (verified, at) => {
    const { find } = await importText('csv', `username,email,email_verified\nalice,a@example.org,${verified}\n`)
    expect(await find('alice')).toMatchObject({ email: 'a@example.org', emailVerifiedAt: at })
  })

  test.each([
    ['2020-01-31', '2020-01-31T00:00:00Z'],
    ['2020-01-31 12:00', '2020-01-31T12:00:00Z'],
    ['2020-01-31T12:00:00.123456Z', '2020-01-31T12:00:00.123Z'],
    ['2020-01-31 12:00:00 UTC', '2020-01-31T12:00:00Z'],
    ['2020-01-31 12:00:00+0530', '2020-01-31T06:30:00Z'],
    ['2020-01-31 12:00:00-05:30', '2020-01-31T17:30:00Z'],
    ['1580472000000', '2020-01-31T12:00:00Z'],
  ])('reads the time %s', async (text, iso) => {
    const { find } = await importText('csv', `username,created_at\nalice,${text}\n`)
    expect(await find('alice')).toMatchObject({ createdAt: Date.parse(iso) })
  })

  test.each([1, 2, 3, 7])('can arrive in chunks of any size, with CRLF and a byte-order mark: %i', async (size) => {
    const content = '\ufeffusername,bio\r\n\r\nžofie,x\r\nalice,"one\r\ntwo é"\r\n\r\nbob,\r\nx,\r\n'
    const store = await openStore()
    const readings = readingsOf({ format: 'csv', content, size })
    const outcome = await importUsers(readings, importInto(store.users), () => {})
    expect(outcome.imported).toBe(2)
    expect(outcome.rejected.map(({ line }) => line)).toEqual([3, 8])
    expect(await store.users.findByUsername('alice')).toMatchObject({ profile: { bio: 'one\ntwo é' } })
  })

  test.each([
    ['is empty', '', /empty/],
    ['has no header', `alice,a@example.org,${sha256('x')}\n`, /column 1 has no known name.*username, email/],
    ['has an unknown column', 'username,emial\nalice,a@example.org\n', /column 2 has no known name/],
    ['has a column twice', 'username,email,email\n', /twice/],
    ['has no usernames', 'email\na@example.org\n', /no column username/],
    ['has a quote that does not end', 'username\nalice\n"bob\ncarl\n', /quotes.*at or before line 4\./],
    ['is not in UTF-8', Buffer.from('username,full_name\nalice,Zo\xeb\n', 'latin1'), /UTF-8/],
    ['has an endless row', `username\n${'x'.repeat(1_100_000)}\n`, /length.*at or before line 2\./],
  ])('that %s is rejected as a whole, without repeating any of it', async (_, content, message) => {
    const refused = importText('csv', content)
    await expect(refused).rejects.toMatchObject({ code: 'import_unreadable', message: expect.stringMatching(message) })
    await expect(refused).rejects.not.toThrow(sha256('x'))
  })
})

describe('a row', () => {
  const bad: [string, string, RegExp][] = [
    ['a username that breaks the rule', 'a b,,,,,,,,', /username is not 3 to 32 characters/],
    ['no username', ',,,,,,,,', /There is no username\./],
    ['no username but an address', ',a@example.org,true,,,,,,', /no username, only an e-mail address/],
    ['an unclear email_verified', 'alice,a@example.org,perhaps,,,,,,', /neither true, false nor a time/],
    ['a verified address that is missing', 'alice,,true,,,,,,', /missing but marked as verified/],
    ['an unknown hash', 'alice,,,geheim,,,,,', /no known kind/],
    ['a hash that costs too much', `alice,,,$2b$31$${'a'.repeat(53)},,,,,`, /take too long/],
    ['a long name', `alice,,,,${'x'.repeat(101)},,,,`, /full name is longer than 100/],
    ['a name that turns the text around', 'alice,,,,a\u202eb,,,,', /full name has characters/],
    ['a long bio', `alice,,,,,${'x'.repeat(2001)},,,`, /bio is longer than 2000/],
    ['an impossible age', 'alice,,,,,,151,,', /age is not/],
    ['an unknown role', 'alice,,,,,,,owner,', /role is none of /],
    ['a creation in the future', 'alice,,,,,,,,2026-01-31T12:00:01Z', /not a past time/],
    ['a creation at no time', 'alice,,,,,,,,yesterday', /not a past time/],
    ['too few fields', 'alice,,', /not as many fields/],
    ['too many fields', 'alice,,,,,,,,,', /not as many fields/],
  ]
  test.each(bad)(
    'with %s is rejected with its line and reason, and the others are imported',
    async (_, row, reason) => {
      const { outcome, find } = await importText('csv', `${header}bob,,,,,,,,\n${row}\ncarl,,,,,,,,\n`)
      expect(outcome.rejected).toEqual([expect.objectContaining({ line: 3, reason: expect.stringMatching(reason) })])
      expect(outcome.imported).toBe(2)
      expect(await find('carl')).toMatchObject({ username: 'carl' })
    },
  )

  test('with an invalid address is imported without it, with a note', async () => {
    const hash = sha256('three blind mice')
    const rows = `alice,none,true,${hash},Alice,,,,\nbob,a@b@c,,,,,,,\ncarl,${'x'.repeat(300)}@example.org,,,,,,,\n`
    const { outcome, find } = await importText('csv', header + rows)
    expect(outcome).toMatchObject({ imported: 3, rejected: [], withoutPassword: 2, unreachable: 2 })
    expect(outcome.notes).toEqual([
      'Line 2, alice: The e-mail address "none" is invalid and was left out.',
      'Line 3, bob: The e-mail address "a@b@c" is invalid and was left out.',
      'Line 4, carl: The e-mail address is invalid and was left out.',
    ])
    expect(await find('alice')).toMatchObject({ email: null, emailVerifiedAt: null, passwordHash: `sha256$${hash}` })
  })

  test.each(['info@россия.рф', 'tom&jerry@example.org', 'sales/eu@example.org', 'root@localhost'])(
    'accepts the address %s',
    async (email) => {
      const { outcome, find } = await importText('csv', `${header}\u00a0alice\u200b, ${email} ,true,,,,,,\n`)
      expect(outcome).toMatchObject({ imported: 1, rejected: [], notes: [] })
      expect(await find('alice')).toMatchObject({ email, emailVerifiedAt: now })
    },
  )

  test('treats both spellings of a domain as the same address', async () => {
    const rows = 'alice,info@россия.рф,true,,,,,,\nbob,INFO@xn--h1alffa9f.xn--p1ai,true,,,,,,\n'
    const { reasons } = await importText('csv', header + rows)
    expect(reasons).toEqual(['3: The verified e-mail address is in the file twice, first on line 2.'])
  })

  test('with several errors is rejected with all of them', async () => {
    const { reasons } = await importText('csv', `${header}a,b,perhaps,c,,,x,d,\n`)
    expect(reasons[0]).toMatch(/username is not.*neither true.*role is none.*no known kind.*age is not/)
  })

  test('is identified without showing possible hashes in any column', async () => {
    const bcrypt = await bcryptHash('x', { cost: 4 })
    const secrets = [sha256('x'), bcrypt, firebasePassword.passwordHash, `!${'a'.repeat(40)}`]
    for (const secret of secrets) {
      const rows = `${secret},,,,,,,,\nx,${secret},,,,,,,\nalice,,${secret},,,,,,\nbob,,,${secret}x,,,,${secret},${secret}\n`
      const { outcome } = await importText('csv', header + rows)
      expect(outcome.rejected).toHaveLength(4)
      expect(JSON.stringify(outcome.rejected)).not.toContain(secret)
      expect(outcome.rejected.map(({ username }) => username)).toEqual(['', 'x', 'alice', 'bob'])
    }
  })
})

describe('two rows', () => {
  test('with one username: the first wins, in any case', async () => {
    const { reasons, find } = await importText('csv', 'username,full_name\nalice,first\nbob,\nALICE,second\n')
    expect(await find('alice')).toMatchObject({ profile: { fullName: 'first' } })
    expect(reasons).toEqual(['4: The username is in the file twice, first on line 2.'])
  })

  test('with one verified address: the first wins; unverified ones may repeat', async () => {
    const rows = 'alice,a@example.org,true\nbob,A@Example.org,true\ncarl,a@example.org,\n'
    const { reasons, find } = await importText('csv', `username,email,email_verified\n${rows}`)
    expect(reasons).toEqual(['3: The verified e-mail address is in the file twice, first on line 2.'])
    expect(await find('carl')).toMatchObject({ emailVerifiedAt: null })
  })

  test('leave the name to the second when the first is rejected for another reason', async () => {
    const { outcome, find } = await importText('csv', 'username,age\nalice,200\nalice,20\n')
    expect(outcome.rejected).toHaveLength(1)
    expect(await find('alice')).toMatchObject({ profile: { age: 20 } })
  })
})

describe('existing users', () => {
  test('are unchanged by a row with their name or verified address', async () => {
    const stores = await openStore()
    const there = aUser({ username: 'alice', email: 'a@example.org', emailVerifiedAt: 1 })
    await stores.users.insert(there)
    const rows = 'alice,other@example.org,true\nbob,A@example.org,true\n'
    const { outcome, find } = await importText('csv', `username,email,email_verified\n${rows}`, stores)
    expect(outcome.rejected).toMatchObject([
      { line: 2, isThere: true, reason: 'The username exists already.' },
      { line: 3, isThere: false, reason: expect.stringContaining('Another user has verified') },
    ])
    expect(outcome.imported).toBe(0)
    expect(await find('alice')).toEqual(there)
  })

  test('are recognised by a second import, which changes nothing', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => `user-${n},u${n}@example.org,true`).join('\n')
    const content = `username,email,email_verified\n${rows}\n`
    const { stores, outcome } = await importText('csv', content)
    expect(outcome.imported).toBe(300)
    const before = await Array.fromAsync(stores.dump())
    const again = await importText('csv', content, stores)
    expect(again.outcome.imported).toBe(0)
    expect(again.outcome.rejected.every(({ isThere }) => isThere)).toBe(true)
    expect(again.outcome.rejected.map(({ line }) => line)).toEqual(Array.from({ length: 300 }, (_, n) => n + 2))
    expect(await Array.fromAsync(stores.dump())).toEqual(before)
  })

  test('keep a username reserved for them, even from an older account', async () => {
    const stores = await openStore()
    await stores.users.insert(aUser({ username: 'alice' }))
    await stores.users.rename('id-of-alice', 'alicia', { at: now, reservedUntil: now + 1_000 })
    const { outcome } = await importText('csv', 'username,created_at\nalice,2010-01-01\n', stores)
    expect(outcome).toMatchObject({ imported: 0, rejected: [{ isThere: true }] })
  })
})

describe('JSON lines', () => {
  test('accept the column names and those of Gatehouse’s own export', async () => {
    const { find, outcome } = await importText(
      'jsonl',
      lines(
        {
          username: 'alice',
          email: 'a@example.org',
          email_verified: true,
          full_name: 'Al\u2028ice',
          age: 30,
          bio: null,
        },
        {
          ...newUser({ id: 'old', username: 'bob', passwordHash: '', createdAt: 0 }),
          email: 'b@example.org',
          emailVerifiedAt: '2024-05-01T00:00:00.000Z',
          role: 'guest',
          status: 'suspended',
          suspendedUntil: '2030-01-01T00:00:00.000Z',
          suspendReason: 'spam',
          profile: { fullName: 'Bob', bio: '', age: null },
          createdAt: '2020-01-01T00:00:00.000Z',
          passwordHash: sha256('x'),
        },
      ),
    )
    expect(outcome).toMatchObject({ rejected: [], suspended: 1, imported: 2 })
    expect(await find('alice')).toMatchObject({ emailVerifiedAt: now, profile: { fullName: 'Al\u2028ice', age: 30 } })
    expect(await find('bob')).toMatchObject({
      id: expect.not.stringMatching(/^old$/),
      emailVerifiedAt: Date.parse('2024-05-01T00:00:00Z'),
      role: 'guest',
      status: 'suspended',
      suspendedUntil: Date.parse('2030-01-01T00:00:00Z'),
      suspendReason: 'spam',
      profile: { fullName: 'Bob' },
      createdAt: Date.parse('2020-01-01T00:00:00Z'),
      passwordHash: `sha256$${sha256('x')}`,
    })
  })

  test('that are no users are rejected one by one', async () => {
    const content = [
      '{"username":"alice"}',
      '{"username":"bob"',
      '[]',
      '',
      '{"username":["carl"]}',
      '{"username":"dora","emial":"d@example.org"}',
      '{"username":"erik","profile":7}',
      '{"username":"frida","deletedAt":"2025-01-01T00:00:00Z"}',
      '{"username":"gina","full_name":"a\\ud800"}',
      '{"username":"hugo","__proto__":{"role":"admin"}}',
      '{"username":"ida","status":"locked"}',
      '{"username":"jan"}',
    ].join('\n')
    const { outcome, reasons } = await importText('jsonl', content)
    expect(outcome.imported).toBe(2)
    expect(reasons).toEqual([
      '2: The line is not an object in JSON. There is no username.',
      '3: The line is not an object in JSON. There is no username.',
      '5: The field username is not text. There is no username.',
      '6: The user has unknown fields: "emial".',
      '7: The profile is not an object.',
      '8: The account was deleted.',
      '9: The full name has characters that it cannot have.',
      '10: The user has unknown fields: "__proto__".',
      '11: The status is neither active nor suspended.',
    ])
  })

  describe('with an authenticator app', () => {
    const base32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const uri = (rest = '') => `otpauth://totp/Old:alice?secret=${base32}&issuer=Old${rest}`
    const keycloak = (value: string, data: object = {}) => ({
      type: 'otp',
      secretData: JSON.stringify({ value }),
      credentialData: JSON.stringify({ subType: 'totp', digits: 6, period: 30, algorithm: 'HmacSHA1', ...data }),
    })

    test.each([
      ['an otpauth URI', { totp: uri('&algorithm=SHA1&digits=6&period=30') }, base32],
      ['an otpauth URI with defaults', { totp: uri() }, base32],
      // RFC 6238, appendix B: the text "12345678901234567890".
      ['Keycloak', { credentials: [keycloak('12345678901234567890')] }, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
      ['Keycloak in base32', { credentials: [keycloak(base32, { secretEncoding: 'BASE32' })] }, base32],
      [
        'authentik',
        { totp: { key: '3132333435363738393031323334353637383930', digits: 6, step: 30 } },
        'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      ],
    ])('import the key of %s, sealed, without recovery codes', async (_, fields, key) => {
      const { outcome, find } = await importText('jsonl', lines({ username: 'alice', ...fields }, { username: 'bob' }))
      const { id, ...alice } = await find('alice')
      expect(alice).toMatchObject({ totp: { sealed: `${id} ${key}`, createdAt: now }, recoveryCodes: [], passkeys: [] })
      expect(await find('bob')).toMatchObject({ totp: null })
      expect(outcome).toMatchObject({ imported: 2, withApp: 1, rejected: [], notes: [] })
    })

    const neither = /field totp is neither an otpauth/
    const other = /does not make codes of 6 digits every 30 seconds with SHA-1/
    const noKeycloak = /not what Keycloak exports/
    test.each([
      ['another algorithm', { totp: uri('&algorithm=SHA256') }, other],
      ['eight digits', { totp: uri('&digits=8') }, other],
      ['a minute', { totp: uri('&period=60') }, other],
      ['a counter', { totp: `${uri().replace('totp', 'hotp')}&counter=1` }, neither],
      ['no URI', { totp: base32 }, neither],
      ['the sealed key of a back-up', { totp: { sealed: base32, createdAt: 1 } }, neither],
      ['odd hex', { totp: { key: 'abc' } }, neither],
      ['a short key', { totp: { key: '00'.repeat(9) } }, /10 to 128 bytes/],
      ['a long key', { totp: { key: '00'.repeat(129) } }, /10 to 128 bytes/],
      ['eight digits of Keycloak', { credentials: [keycloak(base32, { digits: 8 })] }, other],
      ['another algorithm of Keycloak', { credentials: [keycloak(base32, { algorithm: 'HmacSHA512' })] }, other],
      ['a counter of Keycloak', { credentials: [keycloak(base32, { subType: 'hotp' })] }, noKeycloak],
      ['an unknown encoding', { credentials: [keycloak(base32, { secretEncoding: 'HEX' })] }, noKeycloak],
      ['broken data', { credentials: [{ type: 'otp', secretData: base32 }] }, noKeycloak],
      ['no list', { credentials: base32 }, /credentials are not a list/],
    ])('of %s are rejected, without the key in the reason', async (_, fields, reason) => {
      const { outcome, reasons } = await importText('jsonl', lines({ username: 'alice', ...fields }))
      expect(outcome.imported).toBe(0)
      expect(reasons).toEqual([expect.stringMatching(reason)])
      expect(JSON.stringify(outcome)).not.toContain(base32.slice(0, 8))
    })

    test('take the first of several, and leave other credentials out with a note', async () => {
      const credentials = [{ type: 'password' }, keycloak('12345678901234567890'), keycloak(base32)]
      const { outcome, find } = await importText('jsonl', lines({ username: 'alice', credentials }))
      expect((await find('alice')).totp?.sealed).toContain('GEZDGNBVGY3TQOJQ')
      expect(outcome.notes).toEqual([
        'Line 1, alice: Credentials that are no authenticator app were left out.',
        'Line 1, alice: The user has several authenticator apps. The first one was taken.',
      ])
    })
  })

  test('of excessive length are rejected as a whole', async () => {
    await expect(importText('jsonl', 'x'.repeat(3_000_000))).rejects.toMatchObject({ code: 'import_unreadable' })
  })
})

describe('an export of Firebase', () => {
  const person = (localId: string, email: string, more: object = {}) => ({
    localId,
    email,
    emailVerified: true,
    ...firebasePassword,
    createdAt: '1580472000000',
    lastSignedInAt: '1580472000000',
    providerUserInfo: [],
    ...more,
  })
  const exported = (...users: object[]) => JSON.stringify({ users }, null, 2)

  test('lets users log in with the old password, under a username generated from their address', async () => {
    const { find, outcome } = await importText(
      'firebase',
      exported(
        person('1', 'anna@example.org', { displayName: 'Anna' }),
        person('2', 'Anna@example.net'),
        person('3', 'jo@example.org'),
        person('4', 'zoë+news.mail@example.org', { disabled: true }),
        person('5', `${'long'.repeat(16)}@example.org`),
        person('6', 'phone', { email: undefined, emailVerified: false }),
      ),
    )
    expect(outcome.named.map(({ line, username }) => [line, username])).toEqual([
      [1, 'anna'],
      [2, 'anna2'],
      [3, 'user-jo'],
      [4, 'zoe-news.mail'],
      [5, 'longlonglonglonglonglonglonglong'],
    ])
    expect(outcome.rejected.map(({ line, reason }) => [line, reason])).toEqual([[6, 'There is no username.']])
    // The local part cannot contain this letter. The user is imported without the address.
    expect(outcome.notes).toEqual([
      'Line 4, zoe-news.mail: The e-mail address "zoë+news.mail@example.org" is invalid and was left out.',
    ])
    expect(await find('zoe-news.mail')).toMatchObject({ email: null, emailVerifiedAt: null, status: 'suspended' })
    const anna = await find('anna')
    expect(anna).toMatchObject({ emailVerifiedAt: now, profile: { fullName: 'Anna' }, createdAt: 1_580_472_000_000 })
    const verdict = await createPasswordHasher().verify(anna.passwordHash, 'user1password')
    expect(verdict).toMatchObject({ value: { matches: true, replacement: expect.stringMatching(/^\$argon2id/) } })
  })

  test('recognises renamed users by their id', async () => {
    const content = exported(person('1', 'anna@example.org'), person('2', 'anna@example.net', { emailVerified: false }))
    const { stores, find } = await importText('firebase', content)
    const { id } = await find('anna2')
    await stores.users.rename(id, 'other', { at: now, reservedUntil: now + 1_000 })
    await stores.users.changeEmail(id, { email: 'new@example.org' })
    const before = await Array.fromAsync(stores.dump())
    const again = await importText('firebase', content, stores)
    expect(again.outcome).toMatchObject({ imported: 0, rejected: [{ isThere: true }, { isThere: true }] })
    expect(await Array.fromAsync(stores.dump())).toEqual(before)
  })

  test('skips a generated name that is reserved or taken', async () => {
    const stores = await openStore()
    await stores.users.insert(aUser({ username: 'anna' }))
    await stores.users.insert(aUser({ username: 'anna2' }))
    await stores.users.rename('id-of-anna2', 'someone', { at: now, reservedUntil: now + 1_000 })
    const { outcome } = await importText('firebase', exported(person('1', 'anna@example.org')), stores)
    expect(outcome.named).toMatchObject([{ username: 'anna3', email: 'anna@example.org' }])
  })

  test('imports disabled users as suspended, users without a password, and duplicates once', async () => {
    const { find, outcome, reasons } = await importText(
      'firebase',
      exported(
        person('1', 'anna@example.org', { disabled: true }),
        person('2', 'bert@example.org', { passwordHash: undefined, salt: undefined }),
        person('2', 'carl@example.org'),
      ),
    )
    expect(await find('anna')).toMatchObject({ status: 'suspended', suspendReason: 'Disabled in Firebase' })
    expect(await find('bert')).toMatchObject({ passwordHash: '!', emailVerifiedAt: now })
    expect(outcome).toMatchObject({ withoutPassword: 1, unreachable: 0, suspended: 1 })
    expect(reasons).toEqual(['3: The user is in the file twice.'])
  })

  test('requires the project’s parameters, except for users without a password', async () => {
    const content = exported(person('1', 'anna@example.org'), person('2', 'bert@example.org', { passwordHash: '' }))
    const readings = readingsOf({ format: 'firebase', content, project: null })
    const outcome = await importUsers(readings, importInto((await openStore()).users), () => {})
    expect(outcome).toMatchObject({
      imported: 1,
      rejected: [{ line: 1, reason: expect.stringContaining('--firebase-config') }],
    })
  })

  test('is also accepted as JSON lines, and rejected as a whole in any other form', async () => {
    expect((await importText('jsonl', lines(person('1', 'anna@example.org')))).outcome.imported).toBe(1)
    for (const content of ['', '[]', '{"users":7}', 'anna@example.org,true']) {
      await expect(importText('firebase', content)).rejects.toMatchObject({ code: 'import_unreadable' })
    }
  })
})

describe('the users.json of Streamlit', () => {
  test('is imported as at the first start, with rejections and notes', async () => {
    const password = sha256('old password')
    const profile = { full_name: 'Alice', bio: '', age: 30 }
    const old = { alice: { password, profile }, 'b b': { password, profile }, carl: { password } }
    const { find, outcome } = await importText('streamlit', JSON.stringify(old))
    expect(await find('alice')).toMatchObject({ passwordHash: `sha256$${password}`, profile: { fullName: 'Alice' } })
    expect(outcome).toMatchObject({ imported: 2, rejected: [{ line: null, username: 'b b' }] })
    expect(outcome.notes).toEqual([expect.stringContaining('"carl": The profile is missing')])
  })

  test('is rejected as a whole in any other form', async () => {
    for (const content of ['', '[]', 'alice']) {
      await expect(importText('streamlit', content)).rejects.toMatchObject({ code: 'import_unreadable' })
    }
  })
})

describe('rehearse', () => {
  test('predicts the outcome of an import without changing anything', async () => {
    const stores = await openStore()
    const [name, reserved] = [aUser({ username: 'alice', email: 'a@example.org', emailVerifiedAt: 1 }), 'bob']
    await stores.users.insert(name)
    await stores.users.insert(aUser({ username: reserved }))
    await stores.users.rename('id-of-bob', 'robert', { at: now, reservedUntil: now + 1_000 })
    const rows = 'alice,,\nbob,,\ncarl,A@example.org,1\ndora,d@example.org,1\nerik,,\nerik,,\nx,,\n'
    const content = `username,email,email_verified\n${rows}`
    const before = await Array.fromAsync(stores.dump())
    const told = await importUsers(readingsOf({ format: 'csv', content }), await rehearse(stores.dump()), () => {})
    expect(await Array.fromAsync(stores.dump())).toEqual(before)
    expect(told.imported).toBe(2)
    expect((await importText('csv', content, stores)).outcome).toEqual(told)
  })
})

describe('a store', () => {
  const content = `username\n${Array.from({ length: 500 }, (_, n) => `user-${n}`).join('\n')}\n`

  test('gets at most 64 parallel inserts', async () => {
    let [running, most] = [0, 0]
    const store: ImportStore = {
      has: async () => false,
      hasUsername: async () => false,
      async insert() {
        most = Math.max(most, ++running)
        await new Promise(setImmediate)
        running--
        return 'inserted'
      },
    }
    const outcome = await importUsers(readingsOf({ format: 'csv', content }), store, () => {})
    expect([outcome.imported, most]).toEqual([500, 64])
  })

  test('that fails ends the import after its pending inserts', async () => {
    let [running, asked] = [0, 0]
    const store: ImportStore = {
      has: async () => false,
      hasUsername: async () => false,
      async insert() {
        running++
        if (++asked === 100) throw new Error('full')
        await new Promise(setImmediate)
        running--
        return 'inserted'
      },
    }
    await expect(importUsers(readingsOf({ format: 'csv', content }), store, () => {})).rejects.toThrow('full')
    expect(asked).toBeLessThan(200)
    expect(running).toBe(1)
  })
})
