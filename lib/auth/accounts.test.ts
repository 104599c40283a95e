import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { days, minutes } from '../core/clock.ts'
import { sha256 } from '../core/crypto/hash.ts'
import { exportUser } from '../features/data-export/export.ts'
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
  test('makes a member with an empty profile, and gives no hash away [V15.3.1]', async () => {
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
      locale: null,
      timeZone: null,
    })
    expect(await recordOf('alice')).toMatchObject({
      status: 'active',
      suspendedUntil: null,
      suspendReason: '',
      passwordHash: expect.stringMatching(/^\$argon2id/),
    })
  })

  test('gives one name to one of twenty who want it at once [V2.3.4, V15.4.2]', async () => {
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

  test('refuses what contains the username, whatever its case [V2.2.3]', async () => {
    taken = 6
    expect(await faultOf('tangerine-ALICE7-umbrella')).toEqual({ ok: false, code: 'password_has_username' })
  })

  test('leaves the event loop free while it rates the costliest password [V15.4.4]', async () => {
    await faultOf('warm up the word lists')
    let turns = 0
    const ticking = setInterval(() => {
      turns += 1
    }, 1)
    await faultOf('4bc123!?@$'.repeat(25))
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(5)
  })

  test('answers busy rather than let a queue grow without end', async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => faultOf('tangerine-walrus-umbrella')))
    expect(outcomes.filter((outcome) => outcome === null).length).toBeGreaterThanOrEqual(20)
    expect(outcomes).toContainEqual({ ok: false, code: 'busy' })
  })
})

describe('checkCredentials', () => {
  const check = (username: string, password: string) =>
    opened.app.accounts.checkCredentials(username, password, aLoginClient())

  test('finds the person under a name in any case', async () => {
    const user = await signedUp()
    expect(await check('ALICE', alice.password)).toEqual({ ok: true, value: user })
  })

  test('gives one answer for a wrong password, an unknown name and an impossible name', async () => {
    const { id } = await signedUp()
    const wrong = { ok: false, code: 'credentials_wrong' }
    expect(await check('alice', 'wrong')).toEqual(wrong)
    expect(await check('nobody', alice.password)).toEqual(wrong)
    expect(await check('__proto__', alice.password)).toEqual(wrong)
    await opened.app.stores.users.update(id, { status: 'suspended' })
    expect(await check('alice', 'wrong')).toEqual(wrong)
  })

  test('tells of a suspension to whoever knows the password, until its time is over', async () => {
    const { id } = await signedUp()
    const { users } = opened.app.stores
    const until = opened.app.clock() + minutes(5)
    await users.update(id, { status: 'suspended', suspendedUntil: until, suspendReason: 'spam' })
    expect(await check('alice', alice.password)).toEqual({ ok: false, code: 'suspended', until })
    opened.advance(minutes(5) - 1)
    expect(await check('alice', alice.password)).toMatchObject({ code: 'suspended' })
    opened.advance(1)
    expect(await check('alice', alice.password)).toMatchObject({ ok: true })
    expect(await users.find(id)).toMatchObject({ status: 'active', suspendedUntil: null, suspendReason: '' })
  })

  test('replaces a SHA-256 of the old application at the first right log-in, and not before', async () => {
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

describe('a hash that is replaced while the password changes', () => {
  test('does not put the old password back', async () => {
    const { id } = await signedUp()
    const { users } = opened.app.stores
    await users.update(id, { passwordHash: `sha256$${sha256('old password')}` })
    const changed = await opened.app.passwords.hash('new password')
    if (!changed.ok) throw new Error(changed.code)
    // The log-in has read the old hash and is busy with argon2 when the change lands.
    const logIn = opened.app.accounts.checkCredentials('alice', 'old password', aLoginClient())
    await users.update(id, { passwordHash: changed.value })
    await logIn
    expect(await recordOf('alice')).toMatchObject({ passwordHash: changed.value })
  })
})

describe('findActive', () => {
  test('finds nobody who is suspended or never was', async () => {
    const { id } = await signedUp()
    expect(await opened.app.accounts.findActive(id)).toMatchObject({ username: 'alice' })
    await opened.app.stores.users.update(id, { status: 'suspended' })
    expect(await opened.app.accounts.findActive(id)).toBeNull()
    expect(await opened.app.accounts.findActive('nobody')).toBeNull()
  })
})

describe('saveProfile', () => {
  test('keeps the profile, and says when there is nobody to keep it for', async () => {
    const { id } = await signedUp()
    const profile = aProfile({ fullName: 'Alice Liddell', bio: 'one\ntwo', age: 19 })
    expect(await opened.app.accounts.saveProfile(id, profile)).toEqual({ ok: true, value: null })
    expect(await opened.app.accounts.findActive(id)).toMatchObject({ profile })
    expect(await opened.app.accounts.saveProfile('nobody', profile)).toEqual({ ok: false, code: 'person_gone' })
  })
})

describe('rename', () => {
  test('gives another username, and keeps the old one for its owner alone for 90 days', async () => {
    const { accounts } = opened.app
    const { id } = await signedUp()
    expect(await accounts.rename(id, 'alicia')).toEqual({ ok: true, value: null })
    expect((await accounts.checkCredentials('alicia', alice.password, aLoginClient())).ok).toBe(true)
    expect((await accounts.checkCredentials('alice', alice.password, aLoginClient())).ok).toBe(false)
    expect(await accounts.signUp(alice)).toMatchObject({ code: 'username_taken' })
    expect(await accounts.rename(id, 'alice')).toEqual({ ok: true, value: null })
    await accounts.rename(id, 'alicia')
    opened.advance(days(90))
    expect((await accounts.signUp(alice)).ok).toBe(true)
  })

  test('refuses a name that somebody has, and a fourth change in a day', async () => {
    const { accounts } = opened.app
    const { id } = await signedUp()
    await opened.addPerson('bob')
    expect(await accounts.rename(id, 'bob')).toEqual({ ok: false, code: 'username_taken' })
    for (const name of ['a.1', 'a.2']) expect((await accounts.rename(id, name)).ok).toBe(true)
    expect(await accounts.rename(id, 'a.3')).toEqual({
      ok: false,
      code: 'rename_too_often',
      waitMs: expect.any(Number),
    })
    expect(await accounts.rename(id, 'a.2')).toEqual({ ok: true, value: null })
  })
})

describe('a deleted account', () => {
  test('is there for nobody, and comes back by a log-in within 14 days', async () => {
    const { accounts } = opened.app
    const user = await signedUp()
    expect(await accounts.delete(user.id)).toMatchObject({ ok: true, value: { username: 'alice' } })
    expect(await accounts.findActive(user.id)).toBeNull()
    expect(await accounts.isCurrent(user)).toBe(false)
    expect((await accounts.saveProfile(user.id, user.profile)).ok).toBe(false)
    expect(await accounts.delete(user.id)).toEqual({ ok: false, code: 'person_gone' })
    opened.advance(days(14) - 1)
    expect(await accounts.erase()).toEqual([])
    const known = await accounts.checkCredentials('alice', alice.password, aLoginClient())
    expect(known).toMatchObject({ ok: true, value: { deletedAt: expect.any(Number) } })
    expect(await accounts.restore(user.id)).toBe(true)
    expect(await accounts.findActive(user.id)).toMatchObject({ username: 'alice', deletedAt: null })
    opened.advance(days(14))
    expect(await accounts.erase()).toEqual([])
  })

  test('is erased after 14 days, its username reserved for 90 more [V14.2.7]', async () => {
    const { accounts, stores } = opened.app
    const { id } = await signedUp()
    await accounts.delete(id)
    opened.advance(days(14) + 1)
    expect((await accounts.checkCredentials('alice', alice.password, aLoginClient())).ok).toBe(false)
    expect(await accounts.erase()).toHaveLength(1)
    expect(await stores.users.find(id)).toBeNull()
    expect(await accounts.restore(id)).toBe(false)
    expect(await accounts.signUp(alice)).toMatchObject({ code: 'username_taken' })
    opened.advance(days(90))
    await accounts.erase()
    expect(await Array.fromAsync(stores.dump())).toEqual([])
    expect((await accounts.signUp(alice)).ok).toBe(true)
  })

  test('is erased 14 days after it is seen, when a clock that was ahead dated its deletion', async () => {
    const { accounts } = opened.app
    const { id } = await signedUp()
    opened.stepClock(days(30))
    await accounts.delete(id)
    opened.stepClock(-days(30))
    expect(await accounts.erase()).toEqual([])
    opened.advance(days(14) + 1)
    expect(await accounts.erase()).toEqual([id])
  })

  test('is never the only administrator’s', async () => {
    const { id } = await signedUp()
    await opened.app.stores.users.update(id, { role: 'admin' })
    expect(await opened.app.accounts.delete(id)).toEqual({ ok: false, code: 'last_admin' })
  })
})

test('an export has everything about the person but what a thief could use [V15.3.1]', async () => {
  const { accounts, sessions, stores, clock } = opened.app
  const { id } = await signedUp()
  await accounts.saveProfile(id, aProfile({ fullName: 'Alice Liddell', bio: 'Curious', age: 7 }))
  await stores.users.update(id, { email: 'alice@example.org', emailVerifiedAt: 5 })
  const { session } = await sessions.start(id, { userAgent: 'Test/1.0', address: '192.0.2.7' })
  const everything = await exportUser(id, stores, clock)
  const { passwordHash } = await recordOf('alice')
  expect(JSON.stringify(everything)).not.toMatch(new RegExp(`${session.id}|${RegExp.escape(passwordHash)}`))
  expect(everything).toMatchObject({
    exportedAt: '2026-01-01T09:00:00.000Z',
    person: { username: 'alice', email: 'alice@example.org', profile: { fullName: 'Alice Liddell' }, role: 'member' },
    sessions: [{ userAgent: 'Test/1.0', address: '192.0.2.7', createdAt: '2026-01-01T09:00:00.000Z' }],
  })
})
