import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hours } from '../../core/clock.ts'
import { type Actor, execute, operatorActor } from '../../core/command.ts'
import { createPasswordHasher } from '../../core/crypto/password.ts'
import type { Message } from '../../core/mail/message.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { aPasskey, aUser } from '../../stores/contract/samples.ts'
import type { UserRecord } from '../../stores/types.ts'
import { logIn } from '../log-in/commands.ts'
import { resetTwoFactor, startFactorReset, stopFactorReset, stopFactorResetByLink } from './commands.ts'

const password = 'tangerine-walrus-umbrella'
const hashed = await createPasswordHasher().hash(password)
const passwordHash = hashed.ok ? hashed.value : ''
const passkey = aPasskey({ name: 'Laptop' })

let opened: TestServices
let posted: Message[]

async function open(store: (typeof storeNames)[number] = 'JSON') {
  opened = await openTestServices({}, store)
  posted = []
  const { app } = opened
  vi.spyOn(app.mail, 'post').mockImplementation(async (message) => void posted.push(message))
  const factors = {
    totp: { sealed: 'sealed', createdAt: 1 },
    recoveryCodes: [{ beginning: 'ab', hash: 'x' }],
    passkeys: [passkey],
    factorsChangedAt: 1,
  }
  const address = { email: 'alice@example.org', emailVerifiedAt: 1 }
  await app.stores.users.insert(aUser({ id: 'alice', username: 'alice', passwordHash, ...address, ...factors }))
  await opened.addPerson('ada')
  await app.stores.users.changeStanding('ada', { role: 'admin' })
}
afterEach(() => opened[Symbol.asyncDispose]())

const admin = (): Actor => ({
  id: 'ada',
  role: 'admin',
  session: { id: 's', provedAt: opened.app.clock(), authentications: ['password'] },
  isImpersonating: false,
  by: aLoginClient().by,
})
const visitor = (secret = ''): Actor => ({
  id: '',
  role: null,
  session: null,
  isImpersonating: false,
  by: aLoginClient().by,
  client: aLoginClient(),
  secret,
})
const start = (id = 'alice') => execute(startFactorReset, admin(), { id }, opened.app)
const linkIn = (message: Message | undefined) => (message && 'token' in message ? message.token : '')
const stopByLink = (secret = linkIn(posted[0])) => execute(stopFactorResetByLink, visitor(secret), {}, opened.app)
const alice = async () => (await opened.app.stores.users.find('alice')) as UserRecord
const logsIn = () => execute(logIn, visitor(), { username: 'alice', password }, opened.app)
const trail = async () => {
  const all = { event: null, outcome: null, personId: 'alice', since: null, until: null, before: null, limit: 20 }
  const found = await opened.app.stores.audit.list(all)
  return found.map(({ event, outcome, actorId }) => `${event} ${outcome} by ${actorId}`)
}
const none = { totp: null, recoveryCodes: [], passkeys: [] }

describe.each(storeNames)('a removal of second factors on %s', (store) => {
  beforeEach(() => open(store))

  test('happens at the log-in after 24 hours, and not a millisecond earlier [V6.4.4]', async () => {
    const { sessions, factorResets, rememberedBrowsers, accounts, stores } = opened.app
    const dueAt = opened.app.clock() + hours(24)
    const user = await accounts.findActive('alice')
    if (user === null) throw new Error('Alice is gone.')
    await rememberedBrowsers.remember(user, aLoginClient().by)
    await stores.credentialUses.advance({ id: 'totp alice', userId: 'alice', mark: 1, usedAt: 1 })
    await sessions.start('alice', { factorsChangedAt: 1 })
    expect(await start()).toMatchObject({ ok: true, value: { dueAt } })
    expect(await factorResets.find('alice')).toEqual({ dueAt })

    opened.advance(hours(24) - 1)
    await factorResets.carryOutDue()
    expect(await logsIn()).toMatchObject({ ok: true, value: { next: 'factor' } })
    opened.advance(1)
    expect(await logsIn()).toMatchObject({ ok: true, value: { next: 'session' } })
    expect(await alice()).toMatchObject({ ...none, passwordHash, factorsChangedAt: dueAt })
    expect(await sessions.list('alice')).toHaveLength(1)
    expect(await rememberedBrowsers.list(user)).toEqual([])
    expect(await stores.credentialUses.listByUser('alice')).toEqual([])
    expect(await factorResets.find('alice')).toBeNull()
    expect(posted.map(({ kind, to }) => [kind, to])).toEqual([
      ['factor-reset-started', 'alice@example.org'],
      ['factor-reset-done', 'alice@example.org'],
      ['new-device', 'alice@example.org'],
    ])
    expect(await trail()).toEqual([
      'session.started done by alice',
      'two_factor.reset done by ada',
      'two_factor.reset_started done by ada',
    ])
  })

  test('happens by the hourly job', async () => {
    await start()
    opened.advance(hours(24))
    await opened.app.factorResets.carryOutDue()
    expect(await alice()).toMatchObject(none)
    expect(await opened.app.factorResets.find('alice')).toBeNull()
  })

  test('is stopped by the mailed link, once, without a log-in [V6.4.4]', async () => {
    await start()
    expect(await opened.app.factorResets.findByLink(linkIn(posted[0]))).toMatchObject({ username: 'alice' })
    expect(await stopByLink()).toMatchObject({ ok: true })
    expect(await stopByLink()).toMatchObject({ ok: false, code: 'link_void' })
    expect(await opened.app.factorResets.findByLink(linkIn(posted[0]))).toBeNull()
    opened.advance(hours(24))
    await opened.app.factorResets.carryOutDue()
    expect(await logsIn()).toMatchObject({ value: { next: 'factor' } })
    expect(await alice()).toMatchObject({ totp: { sealed: 'sealed' }, passkeys: [{ name: 'Laptop' }] })
    expect(await trail()).toEqual(['two_factor.reset_cancelled done by alice', 'two_factor.reset_started done by ada'])
  })

  test('is either stopped or carried out when both happen at once [V2.3.4]', async () => {
    for (let round = 0; round < 5; round += 1) {
      await opened.app.stores.users.update('alice', { passkeys: [passkey] })
      posted.length = 0
      await start()
      opened.advance(hours(24))
      const secret = linkIn(posted[0])
      const tries = [
        stopByLink(secret),
        opened.app.factorResets.carryOutDue(),
        opened.app.factorResets.carryOut('alice'),
      ]
      const [stopped] = await Promise.all(tries)
      const isStopped = stopped !== undefined && stopped !== null && 'ok' in stopped && stopped.ok
      expect((await alice()).passkeys).toHaveLength(isStopped ? 1 : 0)
    }
  })
})

describe('a removal of second factors', () => {
  beforeEach(() => open())

  test('is stopped in a session of the user, once', async () => {
    await start()
    const actor: Actor = { ...admin(), id: 'alice', role: 'member' }
    expect(await execute(stopFactorReset, actor, {}, opened.app)).toMatchObject({ ok: true })
    const again = await execute(stopFactorReset, actor, {}, opened.app)
    expect(again).toMatchObject({ ok: false, code: 'factor_reset_over' })
    expect(await stopByLink()).toMatchObject({ ok: false, code: 'link_void' })
  })

  test.each([
    ['oneself', 'ada', {}, 'yourself'],
    ['an unknown user', 'nobody', {}, 'person_gone'],
    ['a user without a second factor', 'alice', none, 'no_second_factor'],
    ['a user without a verified address', 'alice', { emailVerifiedAt: null }, 'factor_reset_needs_address'],
    ['a user whom an administrator deleted', 'alice', { status: 'suspended', deletedAt: 5 }, 'person_gone'],
  ])('is refused for %s', async (_, id, fields, code) => {
    await opened.app.stores.users.update('alice', fields as object)
    expect(await start(id)).toMatchObject({ ok: false, code })
    expect(posted).toEqual([])
  })

  test('is refused while one waits', async () => {
    await start()
    expect(await start()).toMatchObject({ ok: false, code: 'factor_reset_waits' })
  })

  test('also mails the address that a thief replaced', async () => {
    const formerAddress = { email: 'alice@example.org', verifiedAt: 1, until: opened.app.clock() + hours(72) }
    await opened.app.stores.users.changeEmail('alice', { email: 'thief@example.net', emailVerifiedAt: 9 })
    await opened.app.stores.users.update('alice', { formerAddress })
    await start()
    expect(posted.map(({ to }) => to)).toEqual(['alice@example.org', 'thief@example.net'])
    expect(await stopByLink(linkIn(posted[0]))).toMatchObject({ ok: true })
  })

  test('does not start when the mail cannot be queued', async () => {
    vi.spyOn(opened.app.mail, 'post').mockRejectedValue(new Error('no room'))
    await expect(start()).rejects.toThrow('no room')
    expect(await opened.app.factorResets.find('alice')).toBeNull()
  })

  test.each([
    ['loses the role', () => opened.app.userAdmin.changeRole('ada', 'member', 'eve')],
    ['is suspended', () => opened.app.userAdmin.suspend('ada', { reason: 'x', until: null }, 'eve')],
  ])('lapses when the administrator %s [V8.3.2]', async (_, act) => {
    await opened.addPerson('eve')
    await opened.app.stores.users.changeStanding('eve', { role: 'admin' })
    await start()
    expect(await act()).toMatchObject({ ok: true })
    opened.advance(hours(24))
    await opened.app.factorResets.carryOutDue()
    expect(await logsIn()).toMatchObject({ value: { next: 'factor' } })
  })

  test('lapses when nothing carried it out for 48 hours', async () => {
    await start()
    opened.advance(hours(48))
    expect(await logsIn()).toMatchObject({ value: { next: 'factor' } })
  })

  test('tells a user without a password how to choose one', async () => {
    await opened.app.stores.users.update('alice', { passwordHash: '!' })
    await start()
    opened.advance(hours(24))
    await opened.app.factorResets.carryOutDue()
    expect(posted.at(-1)).toMatchObject({ kind: 'factor-reset-done', hasPassword: false })
  })

  test('by the operator happens at once, also for the last administrator [V6.4.4]', async () => {
    const { app } = opened
    await app.stores.users.changeStanding('alice', { role: 'admin' })
    await app.stores.users.changeStanding('ada', { role: 'member' })
    expect(await logsIn()).toMatchObject({ value: { next: 'factor' } })
    const reset = () => execute(resetTwoFactor, operatorActor(app.clock()), { id: 'alice' }, app)
    expect(await reset()).toMatchObject({ ok: true, value: { username: 'alice', factors: { hasSecondFactor: false } } })
    expect(await reset()).toMatchObject({ ok: false, code: 'no_second_factor' })
    expect(await logsIn()).toMatchObject({ value: { next: 'session' } })
    expect(posted[0]).toMatchObject({ kind: 'factor-reset-done', to: 'alice@example.org' })
    expect(await trail()).toContain('two_factor.reset done by operator')
  })
})
