// Tokens that an administrator issued end when the administrator loses the right, and stay void when it returns.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { days } from '../../core/clock.ts'
import { momentOnly } from '../../core/mail/message.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

const password = 'Lantern over the quay 47'

/** Skips the sign-up, whose strength check takes most of a second. */
async function setPassword(id: string): Promise<void> {
  const hashed = await opened.app.passwords.hash(password)
  if (hashed.ok) await opened.app.stores.users.update(id, { passwordHash: hashed.value })
}

async function addWithPassword(name: string): Promise<void> {
  await opened.addPerson(name)
  await opened.app.stores.users.changeStanding(name, { role: 'admin' })
  await setPassword(name)
}

describe.each(storeNames)('the tokens that an administrator issued, on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
    for (const name of ['ada', 'bea', 'bob']) await opened.addPerson(name)
    for (const id of ['ada', 'bea']) await opened.app.stores.users.changeStanding(id, { role: 'admin' })
  })

  /** Every kind of token that `bea` can issue. */
  async function passOn() {
    const { invitations, recovery, impersonations, sessions, clock } = opened.app
    const { session } = await sessions.start('bea')
    await impersonations.start(session.id, { adminId: 'bea', userId: 'bob' })
    const { token: invitation } = await invitations.make({ role: 'admin', email: null, by: 'bea' })
    const started = await recovery.startFor('bob', momentOnly(clock()), 'bea')
    const reset = started.ok ? (started.value.token ?? '') : ''
    expect(reset).not.toBe('')
    return { invitation, reset, sessionId: session.id }
  }
  async function expectVoid({ invitation, reset, sessionId }: Awaited<ReturnType<typeof passOn>>) {
    const { invitations, recovery, impersonations, stores, clock } = opened.app
    expect(await invitations.find(invitation)).toBeNull()
    expect(await invitations.accept(invitation, { username: 'mallory', password })).toEqual({
      ok: false,
      code: 'link_void',
    })
    expect(await invitations.list()).toEqual([])
    expect(await recovery.find(reset)).toBeNull()
    expect(await recovery.reset(reset, password, momentOnly(clock()))).toEqual({ ok: false, code: 'link_void' })
    expect(await impersonations.find(sessionId)).toBeNull()
    expect(await stores.users.findByUsername('mallory')).toBeNull()
  }

  const endings = {
    'a demotion': {
      end: () => opened.app.userAdmin.changeRole('bea', 'member', 'ada'),
      undo: () => opened.app.userAdmin.changeRole('bea', 'admin', 'ada'),
    },
    'a suspension': {
      end: () => opened.app.userAdmin.suspend('bea', { reason: 'x', until: null }, 'ada'),
      undo: () => opened.app.userAdmin.resume('bea'),
    },
    'a suspension whose time is over at the next log-in': {
      end: () => opened.app.userAdmin.suspend('bea', { reason: 'x', until: opened.app.clock() + days(1) }, 'ada'),
      undo: async () => {
        opened.advance(days(1))
        await setPassword('bea')
        return opened.app.accounts.checkCredentials('bea', password, aLoginClient())
      },
    },
    'a deletion by an administrator': {
      end: () => opened.app.userAdmin.delete('bea', 'ada'),
      undo: () => opened.app.userAdmin.restore('bea'),
    },
    'a deletion by the user': {
      end: () => opened.app.accountDeletion.delete('bea'),
      undo: async () => ({ ok: await opened.app.accountDeletion.restore('bea') }),
    },
  }

  test.each(Object.entries(endings))(
    'are void after %s, and stay void when that is undone',
    async (_, { end, undo }) => {
      const passed = await passOn()
      expect(await opened.app.invitations.find(passed.invitation)).not.toBeNull()
      expect(await opened.app.recovery.find(passed.reset)).not.toBeNull()
      expect(await end()).toMatchObject({ ok: true })
      await expectVoid(passed)
      expect(await undo()).toMatchObject({ ok: true })
      expect(await opened.app.accounts.findActive('bea')).toMatchObject({ role: 'admin' })
      await expectVoid(passed)
    },
  )

  test('are void without the right, even if they were not deleted', async () => {
    const passed = await passOn()
    // As after a crash between the demotion and the removal of what was passed on.
    await opened.app.stores.users.changeStanding('bea', { role: 'member' })
    expect(await opened.app.invitations.find(passed.invitation)).toBeNull()
    expect(await opened.app.recovery.find(passed.reset)).toBeNull()
    await opened.app.userAdmin.changeRole('bea', 'admin', 'ada')
    await expectVoid(passed)
  })

  test('are void once the user is erased', async () => {
    const passed = await passOn()
    await opened.app.stores.users.changeStanding('bea', {
      deletedAt: opened.app.clock() - days(15),
      status: 'suspended',
    })
    expect(await opened.app.accountDeletion.erase()).toEqual(['bea'])
    await expectVoid(passed)
  })

  test('do not include those of other administrators and the site', async () => {
    const { invitations, userAdmin, recovery, clock } = opened.app
    const { token } = await invitations.make({ role: 'guest', email: null, by: 'ada' })
    const byOperator = await recovery.startFor('bob', momentOnly(clock()), null)
    await userAdmin.delete('bea', 'ada')
    expect(await invitations.find(token)).not.toBeNull()
    expect(byOperator.ok && (await recovery.find(byOperator.value.token ?? ''))).toEqual({ username: 'bob' })
  })

  test('give no access to another administrator’s account', async () => {
    const { recovery, userAdmin, stores, clock } = opened.app
    const start = (issuedBy: string | null) => recovery.startFor('ada', momentOnly(clock()), issuedBy)
    expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
    expect(await start(null)).toMatchObject({ ok: true, value: { token: expect.any(String) } })
    // A link from before the promotion does not work either.
    const { reset } = await passOn()
    await userAdmin.changeRole('bob', 'admin', 'ada')
    expect(await recovery.find(reset)).toBeNull()
    expect(await recovery.reset(reset, password, momentOnly(clock()))).toEqual({ ok: false, code: 'link_void' })
    // Nor at the moment when the role is taken away.
    const { changeStanding } = stores.users
    const demotion = vi.spyOn(stores.users, 'changeStanding').mockImplementation(async (...given) => {
      const updated = await changeStanding(...given)
      if ('role' in given[1]) expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
      return updated
    })
    await userAdmin.changeRole('ada', 'member', 'bea')
    demotion.mockRestore()
    // Nor afterwards.
    expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
    await stores.users.changeEmail('ada', { email: 'ada@example.org', emailVerifiedAt: 1 })
    expect(await start('bea')).toEqual({ ok: true, value: { token: null } })
  })
})

describe.each(storeNames)('an account waiting for erasure, on %s', (store) => {
  const mallory = 'mallory'
  const logIn = () => opened.app.accounts.checkCredentials('mallory', password, aLoginClient())
  beforeEach(async () => {
    opened = await openTestServices({}, store)
    await opened.addPerson('ada')
    await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
    await addWithPassword('mallory')
    expect(await opened.app.accountDeletion.delete(mallory)).toMatchObject({ ok: true })
  })

  test('is demoted, and comes back as what it is then', async () => {
    const { userAdmin, accounts, accountDeletion } = opened.app
    expect(await userAdmin.changeRole(mallory, 'member', 'ada')).toMatchObject({ value: { role: 'member' } })
    expect(await logIn()).toMatchObject({ ok: true, value: { role: 'member' } })
    expect(await accountDeletion.restore(mallory)).toBe(true)
    expect(await accounts.findActive(mallory)).toMatchObject({ role: 'member' })
  })

  test('is suspended, and does not come back until that is over', async () => {
    const { userAdmin, clock, accountDeletion } = opened.app
    const until = clock() + days(1)
    expect(await userAdmin.suspend(mallory, { reason: 'x', until }, 'ada')).toMatchObject({ ok: true })
    expect(await logIn()).toMatchObject({ ok: false })
    expect(await accountDeletion.restore(mallory)).toBe(false)
    // An administrator who brings the account back does not lift the suspension by that.
    expect(await userAdmin.restore(mallory)).toMatchObject({ value: { status: 'suspended', suspendedUntil: until } })
    expect(await userAdmin.resume(mallory)).toMatchObject({ value: { status: 'active' } })
    expect(await logIn()).toMatchObject({ ok: true })
  })

  test('is deleted for good, and is erased on the day it would have been', async () => {
    const { userAdmin, accountDeletion } = opened.app
    opened.advance(days(10))
    expect(await userAdmin.delete(mallory, 'ada')).toMatchObject({ ok: true })
    expect(await logIn()).toEqual({ ok: false, code: 'credentials_wrong' })
    expect(await userAdmin.delete(mallory, 'ada')).toEqual({ ok: false, code: 'person_gone' })
    opened.advance(days(4) + 1)
    expect(await accountDeletion.erase()).toEqual([mallory])
  })

  test('accepts several changes in a row', async () => {
    const { userAdmin } = opened.app
    expect(await userAdmin.changeRole(mallory, 'guest', 'ada')).toMatchObject({ ok: true })
    expect(await userAdmin.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
    expect(await userAdmin.resume(mallory)).toMatchObject({ ok: true })
    expect(await userAdmin.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
    expect(await userAdmin.delete(mallory, 'ada')).toMatchObject({ ok: true })
    expect(await userAdmin.restore(mallory)).toMatchObject({
      value: { role: 'guest', status: 'active', deletedAt: null },
    })
  })

  test('does not count as a remaining administrator', async () => {
    const { userAdmin } = opened.app
    for (const act of [
      () => userAdmin.changeRole('ada', 'member', 'cli'),
      () => userAdmin.suspend('ada', { reason: 'x', until: null }, 'cli'),
      () => userAdmin.delete('ada', 'cli'),
    ])
      expect(await act()).toEqual({ ok: false, code: 'last_admin' })
    expect(await userAdmin.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
  })

  test('stays deleted by an administrator, also when a suspension from before runs out', async () => {
    const { userAdmin, clock } = opened.app
    await opened.app.accountDeletion.restore(mallory)
    await userAdmin.suspend(mallory, { reason: 'x', until: clock() + days(1) }, 'ada')
    await userAdmin.delete(mallory, 'ada')
    opened.advance(days(2))
    expect(await userAdmin.liftSuspensions()).toEqual([])
    expect(await logIn()).toEqual({ ok: false, code: 'credentials_wrong' })
  })
})
