import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compose, openRuntime } from '../../composition.ts'
import { days, minutes, seconds } from '../../core/clock.ts'
import { type Actor, execute } from '../../core/command.ts'
import { noPassword } from '../../core/crypto/old-hashes.ts'
import type { Services } from '../../services.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { aPasskey } from '../../stores/contract/samples.ts'
import { changePassword } from '../password/commands.ts'
import { turnOff } from '../two-factor/commands.ts'
import {
  actorWith,
  codeOn,
  enrolled,
  giveCode,
  password,
  passwordGiven,
  visitor,
  wrongCode,
} from '../two-factor/second-factor-for-test.ts'
import { confirmIdentity, logIn } from './commands.ts'

const another = 'Lantern under the bridge 48'
const newPassword = { currentPassword: password, password: another, confirmPassword: another }

let opened: TestServices
let app: Services
afterEach(() => opened[Symbol.asyncDispose]())

async function open(store: (typeof storeNames)[number] = 'JSON') {
  opened = await openTestServices({}, store)
  app = opened.app
}

/** The next code of the app: the present one may be used up. */
function nextCode(key: string): string {
  opened.advance(seconds(30))
  return codeOn(key, app.clock())
}

/** Logs in, asking this browser to be remembered. */
async function remembered(key: string) {
  const done = await giveCode(app, await passwordGiven(app), nextCode(key), { remember: 'on' })
  if (!done.ok || done.value.rememberedToken === null) throw new Error('The browser is not remembered.')
  return done.value.rememberedToken
}

/** What follows the password in a browser with this token. */
async function nextIn(token: string, typed = password): Promise<string> {
  const done = await execute(logIn, visitor({ rememberedTokens: [token] }), { username: 'alice', password: typed }, app)
  return done.ok ? done.value.next : done.code
}

describe.each(storeNames)('on %s', (store) => {
  beforeEach(() => open(store))

  test('the step between password and code survives a restart and lasts five minutes', async () => {
    const { key } = await enrolled(app)
    const step = await passwordGiven(app)
    opened.advance(minutes(5) - 1)
    await app.stores.close()
    const again = compose(await openRuntime(app.settings, app.clock))
    const wrong = await giveCode(again, step, wrongCode(key, app.clock()))
    opened.advance(1)
    const late = await giveCode(again, step, codeOn(key, app.clock()))
    const inTime = await giveCode(again, await passwordGiven(again), codeOn(key, app.clock()))
    await again.stores.close()
    await again.rateLimits.close()
    expect(wrong).toMatchObject({ code: 'code_wrong' })
    expect(late).toMatchObject({ code: 'step_over' })
    expect(inTime).toMatchObject({ ok: true })
  })

  test('a remembered browser needs no code for 30 days, and still the password', async () => {
    const { key } = await enrolled(app)
    const token = await remembered(key)
    opened.advance(days(30) - seconds(1))
    expect(await nextIn(token)).toBe('session')
    expect(await nextIn(token, 'wrong')).toBe('credentials_wrong')
    expect(await nextIn('another')).toBe('factor')
    opened.advance(seconds(1))
    expect(await nextIn(token)).toBe('factor')
  })
})

describe('on one store', () => {
  beforeEach(() => open())

  test('the password alone gives no session and no name, and the code gives the session [V6.3.3, T27]', async () => {
    const { key, actor } = await enrolled(app)
    const before = await app.sessions.list(actor.id)
    const typed = { username: 'alice', password }
    const done = await execute(logIn, visitor(), typed, app)
    expect(done).toEqual({ ok: true, value: { next: 'factor', logInStep: expect.any(String) }, isRecorded: false })
    expect(await app.sessions.list(actor.id)).toEqual(before)
    const step = await passwordGiven(app)
    const wrong = await giveCode(app, step, wrongCode(key, app.clock()))
    expect(wrong).toEqual({ ok: false, code: 'code_wrong', isRecorded: 'try', subjectId: actor.id })
    const [entry] = await app.audit.history(actor.id)
    expect(entry).toMatchObject({ event: 'session.started', outcome: 'refused', actorId: null, subjectId: actor.id })
    const right = await giveCode(app, step, nextCode(key))
    const { session } = await actorWith(app, right.ok ? right.value.token : '')
    expect(session?.authentications).toEqual(['password', 'totp'])
  })

  test('the step of one user does not take the code of another, nor a step that this site did not make [V6.6.2]', async () => {
    await enrolled(app)
    const { key } = await enrolled(app, 'bob')
    const step = await passwordGiven(app)
    expect(await giveCode(app, step, nextCode(key))).toMatchObject({ code: 'code_wrong' })
    for (const other of ['', 'alice', `${step.slice(0, -4)}AAAA`]) {
      expect(await giveCode(app, other, nextCode(key))).toMatchObject({ code: 'step_over' })
    }
  })

  test('a change of password or factors voids the step', async () => {
    const { key, actor } = await enrolled(app)
    const step = await passwordGiven(app)
    const changed = await execute(changePassword, actor, newPassword, app)
    expect(await giveCode(app, step, nextCode(key))).toMatchObject({ code: 'step_over' })
    const next = await passwordGiven(app, {}, { username: 'alice', password: another })
    const continued = await actorWith(app, (changed.ok && changed.value.token) || '')
    expect(await execute(turnOff, continued, {}, app)).toMatchObject({ ok: true })
    expect(await giveCode(app, next, nextCode(key))).toMatchObject({ code: 'step_over' })
  })

  test('a deleted account comes back with the code, not with the password', async () => {
    const { key, actor } = await enrolled(app)
    await app.stores.users.changeStanding(actor.id, { deletedAt: app.clock() })
    const step = await passwordGiven(app)
    await giveCode(app, step, wrongCode(key, app.clock()))
    expect((await app.stores.users.find(actor.id))?.deletedAt).not.toBeNull()
    expect(await giveCode(app, step, nextCode(key))).toMatchObject({ ok: true, value: { isRestored: true } })
    expect((await app.stores.users.find(actor.id))?.deletedAt).toBeNull()
  })

  test('a reset password leaves the second factor, which the next log-in asks for [V6.4.3, V6.3.4]', async () => {
    const { key, actor } = await enrolled(app)
    const started = await app.recovery.startFor(actor.id, aLoginClient().by, null)
    const token = started.ok ? (started.value.token ?? '') : ''
    expect(await app.recovery.reset(token, another, aLoginClient().by)).toMatchObject({ ok: true })
    const step = await passwordGiven(app, {}, { username: 'alice', password: another })
    expect(await giveCode(app, step, wrongCode(key, app.clock()))).toMatchObject({ code: 'code_wrong' })
    expect(await giveCode(app, step, nextCode(key))).toMatchObject({ ok: true })
  })

  test('a change of password or factors forgets every remembered browser', async () => {
    const { key } = await enrolled(app)
    const done = await giveCode(app, await passwordGiven(app), nextCode(key))
    const actor = await actorWith(app, done.ok ? done.value.token : '')
    const token = await remembered(key)
    expect(await nextIn(token)).toBe('session')
    await execute(changePassword, actor, newPassword, app)
    expect(await nextIn(token, another)).toBe('factor')
    const step = await passwordGiven(app, {}, { username: 'alice', password: another })
    const since = await giveCode(app, step, nextCode(key), { remember: 'on' })
    const next = (since.ok && since.value.rememberedToken) || ''
    expect(await nextIn(next, another)).toBe('session')
    const user = await app.accounts.findActive(actor.id)
    expect(user && (await app.twoFactor.renewRecoveryCodes(user))).toMatchObject({ ok: true })
    expect(await nextIn(next, another)).toBe('factor')
  })

  test('a remembered browser is of one user, and is no fresh proof: the app cannot be turned off with it [V6.4.4]', async () => {
    const { key } = await enrolled(app)
    await enrolled(app, 'bob')
    const token = await remembered(key)
    const bob = { username: 'bob', password }
    expect(await execute(logIn, visitor({ rememberedTokens: [token] }), bob, app)).toMatchObject({
      value: { next: 'factor' },
    })
    const alice = { ...bob, username: 'alice' }
    const done = await execute(logIn, visitor({ rememberedTokens: [token] }), alice, app)
    const actor = await actorWith(app, done.ok && done.value.next === 'session' ? done.value.token : '')
    expect(actor.session?.authentications).toEqual(['password', 'remembered-browser'])
    expect(await execute(turnOff, actor, {}, app)).toMatchObject({ code: 'reauthentication_required' })
    expect(await execute(confirmIdentity, actor, { password }, app)).toMatchObject({ code: 'code_missing' })
  })
})

describe('a re-authentication', () => {
  beforeEach(() => open())

  const confirm = (actor: Actor, typed: Record<string, string>) => execute(confirmIdentity, actor, typed, app)

  test('asks a user with an app for the password and a code [V7.5.1]', async () => {
    const { key, actor } = await enrolled(app)
    expect(await confirm(actor, {})).toMatchObject({ code: 'password_missing' })
    expect(await confirm(actor, { password })).toMatchObject({ code: 'code_missing' })
    const code = nextCode(key)
    expect(await confirm(actor, { password: 'wrong', code })).toMatchObject({ code: 'password_wrong' })
    expect(await confirm(actor, { password, code: wrongCode(key, app.clock()) })).toMatchObject({ code: 'code_wrong' })
    const done = await confirm(actor, { password, code })
    expect(done).toMatchObject({ ok: true, value: { session: { authentications: ['password', 'totp'] } } })
    const renewed = await actorWith(app, done.ok ? done.value.token : '')
    expect(await confirm(renewed, { password, code })).toMatchObject({ code: 'code_used' })
  })

  test('takes a recovery code, once', async () => {
    const { recoveryCodes, actor } = await enrolled(app)
    const [code = ''] = recoveryCodes
    const done = await confirm(actor, { password, code })
    expect(done).toMatchObject({ ok: true, value: { session: { authentications: ['password', 'recovery-code'] } } })
    const renewed = await actorWith(app, done.ok ? done.value.token : '')
    expect(await confirm(renewed, { password, code })).toMatchObject({ code: 'code_wrong' })
  })
})

describe('a new password', () => {
  beforeEach(() => open())

  test('needs a recent proof of all factors beside the present one, and makes no proof fresh [V7.5.1]', async () => {
    const { actor } = await enrolled(app)
    opened.advance(minutes(10) - 1)
    const done = await execute(changePassword, actor, newPassword, app)
    const next = await actorWith(app, (done.ok && done.value.token) || '')
    expect(next.session?.provedAt).toBe(actor.session?.provedAt)
    opened.advance(1)
    const back = { currentPassword: another, password, confirmPassword: password }
    expect(await execute(changePassword, next, back, app)).toMatchObject({ code: 'reauthentication_required' })
  })

  test('needs none where the password is all there is, and is a fresh proof then', async () => {
    const { actor } = await enrolled(app)
    const off = await execute(turnOff, actor, {}, app)
    const plain = await actorWith(app, (off.ok && off.value.token) || '')
    opened.advance(minutes(9))
    expect(plain.session?.provedAt).toBe(actor.session?.provedAt)
    expect(await execute(changePassword, plain, { ...newPassword, currentPassword: undefined }, app)).toMatchObject({
      code: 'current_password_missing',
    })
    const done = await execute(changePassword, plain, newPassword, app)
    const next = await actorWith(app, (done.ok && done.value.token) || '')
    expect(next.session?.provedAt).toBe(app.clock())
  })

  test('is the first for a user with passkeys alone, after a recent proof', async () => {
    const { actor } = await enrolled(app)
    await app.stores.users.update(actor.id, { passwordHash: noPassword, totp: null, passkeys: [aPasskey()] })
    const { currentPassword: _, ...first } = newPassword
    const guessed = { ...newPassword, currentPassword: noPassword }
    expect(await execute(changePassword, actor, guessed, app)).toMatchObject({ code: 'password_wrong' })
    const done = await execute(changePassword, actor, first, app)
    const next = await actorWith(app, (done.ok && done.value.token) || '')
    expect(await execute(changePassword, next, first, app)).toMatchObject({ code: 'current_password_missing' })
    opened.advance(minutes(10))
    expect(await execute(changePassword, next, newPassword, app)).toMatchObject({ code: 'reauthentication_required' })
  })
})
