import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { minutes } from '../core/clock.ts'
import { sha256 } from '../core/crypto/hash.ts'
import { aLoginClient, openTestServices, type TestServices } from '../services-for-test.ts'
import { aProfile } from '../stores/contract/samples.ts'
import type { UserRecord } from '../stores/types.ts'

const alice = { username: 'alice', password: 'tangerine-walrus-umbrella' }

let opened: TestServices
beforeEach(async () => {
  opened = await openTestServices()
})
afterEach(() => opened[Symbol.asyncDispose]())

const signedUp = async (account = alice) => {
  const outcome = await opened.app.accounts.signUp(account)
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value
}
const recordOf = async (username: string): Promise<UserRecord> => {
  const record = await opened.app.stores.users.findByUsername(username)
  if (record === null) throw new Error(`${username} is not there`)
  return record
}

describe('signUp', () => {
  test('creates a member with an empty profile and returns no hash [V15.3.1]', async () => {
    const user = await signedUp()
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      username: 'alice',
      role: 'member',
      profile: aProfile({}),
      passwordChangedAt: null,
      email: null,
      emailVerifiedAt: null,
      newEmail: null,
      deletedAt: null,
      recoveryGeneration: 0,
      factors: {
        hasPassword: true,
        hasTotp: false,
        totpSince: null,
        recoveryCodesLeft: 0,
        passkeyCount: 0,
        hasSecondFactor: false,
        changedAt: null,
      },
      locale: null,
      timeZone: null,
      picture: null,
    })
    expect(await recordOf('alice')).toMatchObject({
      status: 'active',
      suspendedUntil: null,
      suspendReason: '',
      passwordHash: expect.stringMatching(/^\$argon2id/),
    })
  })

  test('gives a username to one of twenty concurrent sign-ups [V2.3.4, V15.4.2]', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => opened.app.accounts.signUp(alice)))
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.code === 'username_taken')).toHaveLength(19)
  })
})

describe('the password of a sign-up', () => {
  let taken = 0
  const faultOf = async (password: string) => {
    taken += 1
    const outcome = await opened.app.accounts.signUp({ username: `alice${taken}`, password })
    return outcome.ok ? null : outcome
  }

  test.each(['password1', 'qwertyuiop', 'aaaaaaaaaaaa', '1q2w3e4r5t', 'letmein2024', 'gatehouse1'])(
    'refuses %s as easy to guess, with advice',
    async (password) => {
      expect(await faultOf(password)).toEqual({ ok: false, code: 'password_guessable', advice: expect.any(String) })
    },
  )

  test.each(['tangerine-walrus-umbrella', 'correct horse battery staple', 'j8#kQ!vm2$'])(
    'takes %s',
    async (password) => {
      expect(await faultOf(password)).toBeNull()
    },
  )

  test('rejects a password that contains the username, in any case [V2.2.3]', async () => {
    taken = 6
    expect(await faultOf('tangerine-ALICE7-umbrella')).toEqual({ ok: false, code: 'password_has_username' })
  })

  test('does not block the event loop while it rates the slowest password [V15.4.4]', async () => {
    await faultOf('warm up the word lists')
    let turns = 0
    const ticking = setInterval(() => {
      turns += 1
    }, 1)
    await faultOf('4bc123!?@$'.repeat(25))
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(5)
  })

  test('answers busy when too many passwords wait to be rated', async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => faultOf('tangerine-walrus-umbrella')))
    expect(outcomes.filter((outcome) => outcome === null).length).toBeGreaterThanOrEqual(20)
    expect(outcomes).toContainEqual({ ok: false, code: 'busy' })
  })
})

describe('checkCredentials', () => {
  const check = (username: string, password: string) =>
    opened.app.accounts.checkCredentials(username, password, aLoginClient())
  const wrong = { ok: false, code: 'credentials_wrong' }

  test('finds the user by a username in any case', async () => {
    const user = await signedUp()
    expect(await check('ALICE', alice.password)).toEqual({ ok: true, value: user })
  })

  test('finds the user by the verified e-mail address, in any spelling', async () => {
    const user = await signedUp()
    const { users } = opened.app.stores
    await users.update(user.id, { email: 'Ada@bücher.example', emailVerifiedAt: null })
    expect(await check('ada@bücher.example', alice.password), 'not verified').toEqual(wrong)
    await users.changeEmail(user.id, { email: 'Ada@bücher.example', emailVerifiedAt: 1 })
    for (const typed of ['Ada@bücher.example', ' aDA@BÜCHER.example ', 'ada@xn--bcher-kva.example'])
      expect(await check(typed, alice.password), typed).toMatchObject({ ok: true, value: { id: user.id } })
    await users.changeEmail(user.id, { newEmail: 'ada@new.example' })
    expect(await check('ada@new.example', alice.password), 'not verified').toEqual(wrong)
  })

  test('answers the same for a wrong password, an unknown name and an impossible one [T22]', async () => {
    const { id } = await signedUp()
    await opened.app.stores.users.changeEmail(id, { email: 'ada@example.org', emailVerifiedAt: 1 })
    const verify = vi.spyOn(opened.app.passwords, 'verify')
    const names = ['ada@example.org', 'nobody@example.org', '@', `${'a'.repeat(9_000)}@example.org`]
    for (const name of names) expect(await check(name, 'wrong')).toEqual(wrong)
    expect(verify.mock.calls.map(([hash]) => hash)).toEqual([expect.any(String), null, null, null])
    expect(await check('alice', 'wrong')).toEqual(wrong)
    expect(await check('nobody', alice.password)).toEqual(wrong)
    expect(await check('__proto__', alice.password)).toEqual(wrong)
    await opened.app.stores.users.changeStanding(id, { status: 'suspended' })
    expect(await check('alice', 'wrong')).toEqual(wrong)
  })

  test('reports a suspension only to the right password, and only until it ends', async () => {
    const { id } = await signedUp()
    const { users } = opened.app.stores
    const until = opened.app.clock() + minutes(5)
    await users.changeStanding(id, { status: 'suspended', suspendedUntil: until, suspendReason: 'spam' })
    expect(await check('alice', alice.password)).toEqual({ ok: false, code: 'suspended', until })
    opened.advance(minutes(5) - 1)
    expect(await check('alice', alice.password)).toMatchObject({ code: 'suspended' })
    opened.advance(1)
    expect(await check('alice', alice.password)).toMatchObject({ ok: true })
    expect(await users.find(id)).toMatchObject({ status: 'active', suspendedUntil: null, suspendReason: '' })
  })

  test('rehashes a legacy SHA-256 hash at the first successful log-in and not before', async () => {
    const { id } = await signedUp()
    const old = `sha256$${sha256('old password')}`
    await opened.app.stores.users.update(id, { passwordHash: old })
    await check('alice', 'wrong')
    expect(await recordOf('alice')).toMatchObject({ passwordHash: old })
    expect(await check('alice', 'old password')).toMatchObject({ ok: true })
    expect((await recordOf('alice')).passwordHash).toMatch(/^\$argon2id/)
    expect(await check('alice', 'old password')).toMatchObject({ ok: true })
  })
})

describe('a rehash during a password change', () => {
  test('does not restore the old password', async () => {
    const { id } = await signedUp()
    const { users } = opened.app.stores
    await users.update(id, { passwordHash: `sha256$${sha256('old password')}` })
    const changed = await opened.app.passwords.hash('new password')
    if (!changed.ok) throw new Error(changed.code)
    // The log-in has read the old hash and runs argon2 when the change is stored.
    const logIn = opened.app.accounts.checkCredentials('alice', 'old password', aLoginClient())
    await users.update(id, { passwordHash: changed.value })
    await logIn
    expect(await recordOf('alice')).toMatchObject({ passwordHash: changed.value })
  })
})

describe('findActive', () => {
  test('returns null for suspended and unknown users', async () => {
    const { id } = await signedUp()
    expect(await opened.app.accounts.findActive(id)).toMatchObject({ username: 'alice' })
    await opened.app.stores.users.changeStanding(id, { status: 'suspended' })
    expect(await opened.app.accounts.findActive(id)).toBeNull()
    expect(await opened.app.accounts.findActive('nobody')).toBeNull()
  })
})
