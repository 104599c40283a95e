import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Actor, execute } from '../core/command.ts'
import { confirmIdentity, logIn, logOut } from '../features/log-in/commands.ts'
import { changePassword } from '../features/password/commands.ts'
import { signUp } from '../features/sign-up/commands.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { StoreError } from '../stores/types.ts'

const password = 'tangerine-walrus-umbrella'
const another = 'Lantern under the bridge 48'
const away = new StoreError('store_unavailable', 'away')
const changed = { username: '', currentPassword: password, password: another, confirmPassword: another }

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

const visitor = (presented: string | null = null, client = aLoginClient()): Actor => {
  return { id: '', role: null, session: null, isImpersonating: false, by: client.by, client, presented }
}

async function begin(username = 'alice') {
  const form = { username, password, confirmPassword: password }
  const made = await execute(signUp, visitor(), form, opened.app)
  if (!made.ok) throw new Error(made.code)
  const { session } = liveOf(await opened.app.sessions.check(made.value.token))
  const user = { ...visitor(made.value.token), id: made.value.user.id, role: 'member', session } as const
  return { user, token: made.value.token, session }
}

function tokenOf(
  outcome: Awaited<ReturnType<typeof execute<typeof logIn.input, Awaited<ReturnType<typeof logIn.run>>>>>,
) {
  if (!outcome.ok || outcome.value.next !== 'session') throw new Error('The log-in started no session.')
  return outcome.value.token
}

function liveOf(check: Awaited<ReturnType<TestServices['app']['sessions']['check']>>) {
  if (!check.live) throw new Error(`The session is over: ${check.reason}`)
  return check
}

describe.each(storeNames)('on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
  })

  test('a log-in starts a session and ends the one that the browser presents [V7.2.4]', async () => {
    const first = await begin()
    const second = await execute(logIn, visitor(first.token), { username: 'Alice', password }, opened.app)
    expect(second).toMatchObject({ ok: true, value: { isRestored: false } })
    expect(await opened.app.sessions.check(first.token)).toEqual({ live: false, reason: 'ended' })
    const [entry] = await opened.app.audit.history(first.user.id)
    expect(entry).toMatchObject({ event: 'session.started', outcome: 'done', actorId: first.user.id })
  })

  test('a changed password voids all other sessions, also where their records cannot be ended [V7.4.3]', async () => {
    const { user, token, session } = await begin()
    const other = await execute(logIn, visitor(), { username: 'alice', password }, opened.app)
    const { session: others } = liveOf(await opened.app.sessions.check(tokenOf(other)))
    vi.spyOn(opened.app.stores.sessions, 'end').mockRejectedValue(away)
    expect(await execute(changePassword, user, changed, opened.app)).toMatchObject({ ok: true, value: { token: null } })
    for (const one of [session, others]) {
      expect(await opened.app.accounts.findOwner(one)).toEqual({ ok: false, code: 'password-changed' })
    }
    expect(await opened.app.sessions.check(token)).toMatchObject({ live: true })
  })

  test('the session in which the password is changed continues under a new token [V7.2.4]', async () => {
    const { user, token } = await begin()
    const done = await execute(changePassword, user, changed, opened.app)
    const renewed = done.ok ? (done.value.token ?? '') : ''
    const { session } = liveOf(await opened.app.sessions.check(renewed))
    expect(await opened.app.accounts.findOwner(session)).toMatchObject({ ok: true })
    expect(await opened.app.sessions.check(token)).toMatchObject({ live: false })
    const later = { ...visitor(renewed), id: user.id, role: 'member', session } as const
    expect(await execute(confirmIdentity, later, { password: another }, opened.app)).toMatchObject({ ok: true })
  })
})

describe('on one store', () => {
  beforeEach(async () => {
    opened = await openTestServices()
  })

  test('a session of an earlier version counts until the next password', async () => {
    const { user } = await begin()
    const { accounts, sessions, stores } = opened.app
    const { session: before } = await sessions.start(user.id)
    expect(before.passwordChangedAt).toBe(-1)
    expect(await accounts.findOwner(before)).toMatchObject({ ok: true })
    opened.advance(1)
    vi.spyOn(stores.sessions, 'listByUser').mockRejectedValueOnce(away)
    expect(await execute(changePassword, user, changed, opened.app)).toMatchObject({ ok: true, value: { token: null } })
    expect(await accounts.findOwner(before)).toEqual({ ok: false, code: 'password-changed' })
    const { session: since } = await sessions.start(user.id)
    expect(await accounts.findOwner(since)).toMatchObject({ ok: true })
  })

  test('a session that starts just after a suspension is over when the suspension ends [V7.4.2]', async () => {
    const { user } = await begin()
    const { auth, userAdmin, sessions } = opened.app
    const client = aLoginClient()
    const started = await auth.start({ username: 'alice', password, client, rememberedTokens: [] })
    if (!started.ok) throw new Error(started.code)
    await userAdmin.suspend(user.id, { reason: 'Stolen', until: null }, 'admin')
    const { token } = await auth.finish(started.value.user, ['password'], { client, presented: null })
    await userAdmin.resume(user.id)
    expect(await sessions.check(token)).toEqual({ live: false, reason: 'ended' })
  })

  test('the owner is told that a log-in restored the account, also where no session starts', async () => {
    const { user } = await begin()
    const { accountDeletion, accounts, alerts, stores } = opened.app
    await accountDeletion.delete(user.id)
    const tell = vi.spyOn(alerts, 'tell')
    vi.spyOn(stores.sessions, 'insert').mockRejectedValueOnce(away)
    await expect(execute(logIn, visitor(), { username: 'alice', password }, opened.app)).rejects.toBe(away)
    expect(await accounts.findActive(user.id)).not.toBeNull()
    expect(tell.mock.calls.map(([, kind]) => kind)).toEqual(['account-restored'])
  })

  test('a wrong password is recorded as one, also where its answer says that the site is busy', async () => {
    const { user } = await begin()
    vi.spyOn(opened.app.pace, 'hold').mockImplementation(async (_asked, tried) => {
      const outcome = await tried()
      return outcome.ok ? outcome : { ok: false, code: 'busy' }
    })
    const form = { username: 'alice', password: 'guess' }
    expect(await execute(logIn, visitor(), form, opened.app)).toMatchObject({ ok: false, code: 'busy' })
    const [entry] = await opened.app.audit.history(user.id)
    expect(entry).toMatchObject({ outcome: 'refused', subjectId: user.id, detail: '{"code":"credentials_wrong"}' })
  })

  test('a refused log-in names the account and never what was typed', async () => {
    const { user } = await begin()
    await execute(logIn, visitor(), { username: 'alice', password: 'guess' }, opened.app)
    await execute(logIn, visitor(), { username: password, password: 'guess' }, opened.app)
    const entries = await opened.app.audit.list({
      event: 'session.started',
      outcome: 'refused',
      personId: null,
      since: null,
      until: null,
      before: null,
      limit: 9,
    })
    expect(entries.map(({ actorId, subjectId, detail }) => ({ actorId, subjectId, detail }))).toEqual([
      { actorId: null, subjectId: null, detail: '{"code":"credentials_wrong"}' },
      { actorId: null, subjectId: user.id, detail: '{"code":"credentials_wrong"}' },
    ])
  })

  test('a log-out ends the session and records whose it was', async () => {
    const { user, token } = await begin()
    expect(await execute(logOut, visitor(token), {}, opened.app)).toMatchObject({ ok: true })
    expect(await opened.app.sessions.check(token)).toEqual({ live: false, reason: 'signed-out' })
    const [entry] = await opened.app.audit.history(user.id)
    expect(entry).toMatchObject({ event: 'session.ended', actorId: user.id })
  })

  test('remembers the language and time zone of a log-in, and writes only what differs', async () => {
    const { user } = await begin()
    const { stores, auth, accounts } = opened.app
    const finishIn = async (timeZone: string | null) => {
      const found = await accounts.findActive(user.id)
      if (found === null) throw new Error('Alice is gone.')
      const client = { by: { ...aLoginClient().by, timeZone }, isKnown: () => true }
      await auth.finish(found, ['password'], { client, presented: null })
    }
    await finishIn('Asia/Tokyo')
    const update = vi.spyOn(stores.users, 'update')
    await finishIn('Asia/Tokyo')
    // A browser without JavaScript tells no time zone.
    await finishIn(null)
    expect(update).not.toHaveBeenCalled()
    await finishIn('Europe/Vienna')
    expect(await stores.users.find(user.id)).toMatchObject({ locale: 'en', timeZone: 'Europe/Vienna' })
  })
})
