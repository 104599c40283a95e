import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { days, minutes } from '../../core/clock.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

describe.each(storeNames)('user administration on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
    for (const name of ['ada', 'bob', 'cy']) await opened.addPerson(name)
    await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
  })

  test('keeps one of two admins who demote, suspend and delete each other in parallel [V2.3.4, T29]', async () => {
    const { userAdmin, stores } = opened.app
    const acts = [
      (id: string, by: string) => userAdmin.changeRole(id, 'member', by),
      (id: string, by: string) => userAdmin.suspend(id, { reason: 'x', until: null }, by),
      (id: string, by: string) => userAdmin.delete(id, by),
    ]
    for (const act of acts) {
      for (const id of ['ada', 'bob']) {
        await stores.users.changeStanding(id, { role: 'admin', status: 'active', deletedAt: null })
      }
      const outcomes = await Promise.all([act('ada', 'bob'), act('bob', 'ada')])
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
      expect(outcomes).toContainEqual({ ok: false, code: 'last_admin' })
      expect(await userAdmin.count({ search: '', role: 'admin', state: 'active' })).toBe(1)
    }
  })

  test('a suspension logs the user out immediately and until its end [V7.4.2, V8.3.2]', async () => {
    const { userAdmin, accounts, sessions, clock } = opened.app
    const { token } = await sessions.start('bob')
    const until = clock() + minutes(60)
    expect(await userAdmin.suspend('bob', { reason: 'spam', until }, 'ada')).toMatchObject({
      value: { status: 'suspended', suspendReason: 'spam', suspendedUntil: until },
    })
    expect(await sessions.check(token)).toEqual({ live: false, reason: 'ended' })
    expect(await accounts.findActive('bob')).toBeNull()
    expect(await userAdmin.liftSuspensions()).toEqual([])
    opened.advance(minutes(60))
    expect(await userAdmin.liftSuspensions()).toEqual(['bob'])
    expect(await accounts.findActive('bob')).toMatchObject({ id: 'bob' })
    expect(await userAdmin.resume('bob')).toEqual({ ok: false, code: 'person_gone' })
  })

  test('a user deleted by an admin cannot return by a log-in, can be restored for 14 days, and is then erased', async () => {
    const { userAdmin, accounts, accountDeletion } = opened.app
    const signedUp = await accounts.signUp({ username: 'dora', password: 'Lantern over the quay 47' })
    const id = signedUp.ok ? signedUp.value.id : ''
    expect(await userAdmin.delete(id, 'ada')).toMatchObject({ ok: true })
    const logIn = () => accounts.checkCredentials('dora', 'Lantern over the quay 47', aLoginClient())
    expect(await logIn()).toEqual({ ok: false, code: 'credentials_wrong' })
    expect(await userAdmin.restore(id)).toMatchObject({ ok: true })
    expect(await logIn()).toMatchObject({ ok: true })
    await userAdmin.delete(id, 'ada')
    opened.advance(days(14) + 1)
    expect(await accountDeletion.erase()).toEqual([id])
    expect(await userAdmin.restore(id)).toEqual({ ok: false, code: 'person_gone' })
  })

  test('rejects changes to the administrator’s own or a missing account', async () => {
    const { userAdmin } = opened.app
    await userAdmin.changeRole('bob', 'admin', 'ada')
    const suspension = { reason: 'x', until: null }
    for (const [by, code] of [
      ['bob', 'yourself'],
      ['ada', 'person_gone'],
    ] as const) {
      const id = code === 'yourself' ? 'bob' : 'nobody'
      expect(await userAdmin.changeRole(id, 'guest', by)).toEqual({ ok: false, code })
      expect(await userAdmin.suspend(id, suspension, by)).toEqual({ ok: false, code })
      expect(await userAdmin.delete(id, by)).toEqual({ ok: false, code })
    }
  })
})

describe('the administrator’s view of a user', () =>
  test('contains no password hash [V8.2.3, V15.3.1]', async () => {
    opened = await openTestServices()
    await opened.addPerson('bob')
    const { userAdmin } = opened.app
    const [listed] = await userAdmin.list({
      search: '',
      role: null,
      state: null,
      by: 'username',
      descending: false,
      after: null,
      limit: 1,
    })
    expect(listed?.username).toBe('bob')
    for (const person of [listed, await userAdmin.find('bob'), await userAdmin.findByUsername('bob')]) {
      expect(JSON.stringify(person)).not.toMatch(/passwordHash|argon2/)
    }
  }))
