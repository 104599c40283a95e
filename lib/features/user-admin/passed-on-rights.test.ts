// What an administrator passed on ends when their own right does, and is not revived by its return.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { days } from '../../core/clock.ts'
import { momentOnly } from '../../core/mail/message.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

const password = 'Lantern over the quay 47'

/** Without a sign-up, whose strength check takes most of a second. */
async function setPassword(id: string): Promise<void> {
  const hashed = await opened.app.passwords.hash(password)
  if (hashed.ok) await opened.app.stores.users.update(id, { passwordHash: hashed.value })
}

async function addWithPassword(name: string): Promise<void> {
  await opened.addPerson(name)
  await opened.app.stores.users.changeStanding(name, { role: 'admin' })
  await setPassword(name)
}

describe.each(storeNames)('what an administrator passed on, on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
    for (const name of ['ada', 'bea', 'bob']) await opened.addPerson(name)
    for (const id of ['ada', 'bea']) await opened.app.stores.users.changeStanding(id, { role: 'admin' })
  })

  /** All that `bea` can pass on. */
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
    const { invitations, recovery, impersonations, accounts, clock } = opened.app
    expect(await invitations.find(invitation)).toBeNull()
    expect(await invitations.accept(invitation, { username: 'mallory', password })).toEqual({
      ok: false,
      code: 'link_void',
    })
    expect(await invitations.list()).toEqual([])
    expect(await recovery.find(reset)).toBeNull()
    expect(await recovery.reset(reset, password, momentOnly(clock()))).toEqual({ ok: false, code: 'link_void' })
    expect(await impersonations.find(sessionId)).toBeNull()
    expect(await accounts.findId('mallory')).toBeNull()
  }

  const endings = {
    'a demotion': {
      end: () => opened.app.people.changeRole('bea', 'member', 'ada'),
      undo: () => opened.app.people.changeRole('bea', 'admin', 'ada'),
    },
    'a suspension': {
      end: () => opened.app.people.suspend('bea', { reason: 'x', until: null }, 'ada'),
      undo: () => opened.app.people.resume('bea'),
    },
    'a suspension whose time is over at the next log-in': {
      end: () => opened.app.people.suspend('bea', { reason: 'x', until: opened.app.clock() + days(1) }, 'ada'),
      undo: async () => {
        opened.advance(days(1))
        await setPassword('bea')
        return opened.app.accounts.checkCredentials('bea', password, aLoginClient())
      },
    },
    'a deletion by an administrator': {
      end: () => opened.app.people.delete('bea', 'ada'),
      undo: () => opened.app.people.restore('bea'),
    },
    'a deletion by the user': {
      end: () => opened.app.accountDeletion.delete('bea'),
      undo: async () => ({ ok: await opened.app.accountDeletion.restore('bea') }),
    },
  }

  test.each(Object.entries(endings))('is void after %s, and stays so when that is undone', async (_, { end, undo }) => {
    const passed = await passOn()
    expect(await opened.app.invitations.find(passed.invitation)).not.toBeNull()
    expect(await opened.app.recovery.find(passed.reset)).not.toBeNull()
    expect(await end()).toMatchObject({ ok: true })
    await expectVoid(passed)
    expect(await undo()).toMatchObject({ ok: true })
    expect(await opened.app.accounts.findActive('bea')).toMatchObject({ role: 'admin' })
    await expectVoid(passed)
  })

  test('is void while the right is gone, also when nothing removed it', async () => {
    const passed = await passOn()
    // As after a crash between the demotion and the removal of what was passed on.
    await opened.app.stores.users.changeStanding('bea', { role: 'member' })
    expect(await opened.app.invitations.find(passed.invitation)).toBeNull()
    expect(await opened.app.recovery.find(passed.reset)).toBeNull()
    await opened.app.people.changeRole('bea', 'admin', 'ada')
    await expectVoid(passed)
  })

  test('is void once the user is erased', async () => {
    const passed = await passOn()
    await opened.app.stores.users.changeStanding('bea', {
      deletedAt: opened.app.clock() - days(15),
      status: 'suspended',
    })
    expect(await opened.app.accountDeletion.erase()).toEqual(['bea'])
    await expectVoid(passed)
  })

  test('leaves what others passed on, and what the site made', async () => {
    const { invitations, people, recovery, clock } = opened.app
    const { token } = await invitations.make({ role: 'guest', email: null, by: 'ada' })
    const byOperator = await recovery.startFor('bob', momentOnly(clock()), null)
    await people.delete('bea', 'ada')
    expect(await invitations.find(token)).not.toBeNull()
    expect(byOperator.ok && (await recovery.find(byOperator.value.token ?? ''))).toEqual({ username: 'bob' })
  })

  test('is no account of another administrator, who needs the operator or their own mailbox', async () => {
    const { recovery, people, stores, clock } = opened.app
    const start = (issuedBy: string | null) => recovery.startFor('ada', momentOnly(clock()), issuedBy)
    expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
    expect(await start(null)).toMatchObject({ ok: true, value: { token: expect.any(String) } })
    // Nor is it by way of a link that was handed over before the promotion.
    const { reset } = await passOn()
    await people.changeRole('bob', 'admin', 'ada')
    expect(await recovery.find(reset)).toBeNull()
    expect(await recovery.reset(reset, password, momentOnly(clock()))).toEqual({ ok: false, code: 'link_void' })
    // Nor at the moment when the role is taken away.
    const { changeStanding } = stores.users
    const demotion = vi.spyOn(stores.users, 'changeStanding').mockImplementation(async (...given) => {
      const updated = await changeStanding(...given)
      if ('role' in given[1]) expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
      return updated
    })
    await people.changeRole('ada', 'member', 'bea')
    demotion.mockRestore()
    // Nor after it.
    expect(await start('bea')).toEqual({ ok: false, code: 'admin_by_hand' })
    await stores.users.changeEmail('ada', { email: 'ada@example.org', emailVerifiedAt: 1 })
    expect(await start('bea')).toEqual({ ok: true, value: { token: null } })
  })
})

describe.each(storeNames)('an account that waits to be erased, on %s', (store) => {
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
    const { people, accounts, accountDeletion } = opened.app
    expect(await people.changeRole(mallory, 'member', 'ada')).toMatchObject({ value: { role: 'member' } })
    expect(await logIn()).toMatchObject({ ok: true, value: { role: 'member' } })
    expect(await accountDeletion.restore(mallory)).toBe(true)
    expect(await accounts.findActive(mallory)).toMatchObject({ role: 'member' })
  })

  test('is suspended, and does not come back until that is over', async () => {
    const { people, clock, accountDeletion } = opened.app
    const until = clock() + days(1)
    expect(await people.suspend(mallory, { reason: 'x', until }, 'ada')).toMatchObject({ ok: true })
    expect(await logIn()).toMatchObject({ ok: false })
    expect(await accountDeletion.restore(mallory)).toBe(false)
    // An administrator who brings the account back does not lift the suspension by that.
    expect(await people.restore(mallory)).toMatchObject({ value: { status: 'suspended', suspendedUntil: until } })
    expect(await people.resume(mallory)).toMatchObject({ value: { status: 'active' } })
    expect(await logIn()).toMatchObject({ ok: true })
  })

  test('is deleted for good, and is erased on the day it would have been', async () => {
    const { people, accountDeletion } = opened.app
    opened.advance(days(10))
    expect(await people.delete(mallory, 'ada')).toMatchObject({ ok: true })
    expect(await logIn()).toEqual({ ok: false, code: 'credentials_wrong' })
    expect(await people.delete(mallory, 'ada')).toEqual({ ok: false, code: 'person_gone' })
    opened.advance(days(4) + 1)
    expect(await accountDeletion.erase()).toEqual([mallory])
  })

  test('takes one act after the other', async () => {
    const { people } = opened.app
    expect(await people.changeRole(mallory, 'guest', 'ada')).toMatchObject({ ok: true })
    expect(await people.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
    expect(await people.resume(mallory)).toMatchObject({ ok: true })
    expect(await people.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
    expect(await people.delete(mallory, 'ada')).toMatchObject({ ok: true })
    expect(await people.restore(mallory)).toMatchObject({ value: { role: 'guest', status: 'active', deletedAt: null } })
  })

  test('is no administrator that the last one could rely on', async () => {
    const { people } = opened.app
    for (const act of [
      () => people.changeRole('ada', 'member', 'cli'),
      () => people.suspend('ada', { reason: 'x', until: null }, 'cli'),
      () => people.delete('ada', 'cli'),
    ])
      expect(await act()).toEqual({ ok: false, code: 'last_admin' })
    expect(await people.suspend(mallory, { reason: 'x', until: null }, 'ada')).toMatchObject({ ok: true })
  })

  test('stays deleted by an administrator, also when a suspension from before runs out', async () => {
    const { people, clock } = opened.app
    await opened.app.accountDeletion.restore(mallory)
    await people.suspend(mallory, { reason: 'x', until: clock() + days(1) }, 'ada')
    await people.delete(mallory, 'ada')
    opened.advance(days(2))
    expect(await people.liftSuspensions()).toEqual([])
    expect(await logIn()).toEqual({ ok: false, code: 'credentials_wrong' })
  })
})
