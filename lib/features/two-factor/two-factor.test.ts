import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from 'otpauth'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { compose, openRuntime } from '../../composition.ts'
import { minutes, seconds } from '../../core/clock.ts'
import { execute } from '../../core/command.ts'
import type { Services } from '../../services.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { aPasskey } from '../../stores/contract/samples.ts'
import { confirmIdentity } from '../log-in/commands.ts'
import { renewRecoveryCodes, turnOff, turnOn } from './commands.ts'
import { actorWith, codeOn, enrolled, giveCode, passwordGiven, signedUp, wrongCode } from './second-factor-for-test.ts'

let opened: TestServices
let app: Services
afterEach(() => opened[Symbol.asyncDispose]())

const open = async (...options: Parameters<typeof openTestServices>) => {
  opened = await openTestServices(...options)
  app = opened.app
}

const at20 = <Value>(work: (n: number) => Promise<Value>) => Promise.all(Array.from({ length: 20 }, (_, n) => work(n)))
const codesOf = (outcomes: ({ ok: true } | { ok: false; code: string })[]) =>
  outcomes.map((one) => (one.ok ? 'in' : one.code)).toSorted()
const onlyOneOf = (count: number, code: string) => [...Array.from({ length: count - 1 }, () => code), 'in']

async function userOf(id: string) {
  const user = await app.accounts.findActive(id)
  if (user === null) throw new Error('The user is gone.')
  return user
}

/** Wrong codes until the user or the address must wait. From a new address each, as attackers have many. */
async function fail(id: string, key: string, times: number) {
  for (let n = 0; n < times; n += 1) {
    const client = aLoginClient(`198.51.100.${n}`)
    const tried = await app.twoFactor.check(await userOf(id), wrongCode(key, app.clock()), client)
    if ('waitMs' in tried) {
      opened.advance(tried.waitMs)
      n -= 1
    }
  }
  await app.lockout.settle()
}

describe.each(storeNames)('on %s', (store) => {
  beforeEach(() => open({}, store))

  test('one code posted 20 times at once, and again in the next step, gives one session [V6.5.1, T27]', async () => {
    const { key } = await enrolled(app)
    opened.advance(seconds(30))
    const code = codeOn(key, app.clock())
    const step = await passwordGiven(app)
    expect(codesOf(await at20(() => giveCode(app, step, code)))).toEqual(onlyOneOf(20, 'code_used'))
    opened.advance(seconds(30))
    expect(codesOf(await at20(() => giveCode(app, step, code)))).not.toContain('in')
  })

  test('the code that turns the app on does not log in [V6.5.1]', async () => {
    const { code } = await enrolled(app)
    expect(await giveCode(app, await passwordGiven(app), code)).toMatchObject({ ok: false, code: 'code_used' })
  })

  test('a recovery code posted 20 times at once gives one session, and is gone [V6.5.1, T27]', async () => {
    const told = vi.spyOn(app.alerts, 'tell')
    const { recoveryCodes, actor } = await enrolled(app)
    const [code = ''] = recoveryCodes
    const step = await passwordGiven(app)
    const outcomes = codesOf(await at20(() => giveCode(app, step, code)))
    expect(outcomes.filter((one) => one === 'in')).toHaveLength(1)
    expect((await userOf(actor.id)).factors.recoveryCodesLeft).toBe(9)
    const alerts = told.mock.calls.filter(([, kind]) => kind === 'recovery-code-used')
    expect(alerts.map(([, , , facts]) => facts)).toEqual([{ left: 9 }])
    const trail = await app.audit.history(actor.id)
    expect(trail.filter(({ event }) => event === 'two_factor.code_used')).toHaveLength(1)
  })

  test('six wrong codes block the next ones, in another log-in and after a restart [V6.6.3, T27]', async () => {
    const { key, actor } = await enrolled(app)
    await fail(actor.id, key, 6)
    const tooSoon = { ok: false, code: 'too_soon', waitMs: seconds(2) }
    expect(await giveCode(app, await passwordGiven(app), codeOn(key, app.clock()))).toMatchObject(tooSoon)
    await app.stores.close()
    const again = compose(await openRuntime(app.settings, app.clock))
    const step = await passwordGiven(again)
    const tried = await giveCode(again, step, codeOn(key, app.clock()))
    opened.advance(seconds(30))
    const later = await giveCode(again, step, codeOn(key, app.clock()))
    await again.stores.close()
    await again.rateLimits.close()
    expect(tried).toMatchObject(tooSoon)
    expect(later).toMatchObject({ ok: true })
  })

  test('keys and recovery codes are nowhere in the store [V6.5.2, T27]', async () => {
    const bob = await signedUp(app, 'bob')
    const { key: waiting } = await app.twoFactor.enrolment(await userOf(bob.id), bob.session?.id ?? '')
    const { key, recoveryCodes } = await enrolled(app)
    const files = readdirSync(opened.dataDir, { recursive: true, encoding: 'utf8' })
    let stored = files
      .map((file) => join(opened.dataDir, file))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
      .join('\n')
    for await (const record of app.stores.dump()) stored += JSON.stringify(record)
    expect(stored).toContain(bob.id)
    const secrets = [key, waiting].flatMap((one) => [one, Secret.fromBase32(one).hex, Secret.fromBase32(one).latin1])
    expect(recoveryCodes).toHaveLength(10)
    for (const secret of [...secrets, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
      expect(stored.toLowerCase()).not.toContain(secret.toLowerCase())
    }
  })

  test('an app that is turned off twice at once loses its codes once, and every other session ends', async () => {
    const { actor, key } = await enrolled(app)
    opened.advance(seconds(30))
    const other = await giveCode(app, await passwordGiven(app), codeOn(key, app.clock()))
    const { session } = await actorWith(app, other.ok ? other.value.token : '')
    const user = await userOf(actor.id)
    const off = await Promise.all([app.twoFactor.turnOff(user), app.twoFactor.turnOff(user)])
    expect(codesOf(off)).toEqual(['already_off', 'in'])
    expect((await userOf(actor.id)).factors).toMatchObject({ hasTotp: false, recoveryCodesLeft: 0 })
    const owner = session && (await app.stores.sessions.find(session.id))
    expect(owner && (await app.accounts.findOwner(owner))).toEqual({ ok: false, code: 'ended' })
  })
})

describe.each(storeNames.filter((name) => name !== 'JSON'))('two servers over one %s', (store) => {
  test('accept a code and a recovery code once [V6.5.1, T27]', async () => {
    await open({}, store)
    const { key, recoveryCodes, actor } = await enrolled(app)
    opened.advance(seconds(30))
    const second = compose(await openRuntime(app.settings, app.clock))
    const servers = [app, second]
    const user = await userOf(actor.id)
    const tryAll = (typed: string) =>
      at20(async (n) => (servers[n % 2] ?? app).twoFactor.check(user, typed, aLoginClient(`192.0.2.${n}`)))
    const codes = [codesOf(await tryAll(codeOn(key, app.clock()))), codesOf(await tryAll(recoveryCodes[3] ?? ''))]
    await second.stores.close()
    await second.rateLimits.close()
    for (const outcomes of codes) expect(outcomes.filter((one) => one === 'in')).toHaveLength(1)
  })
})

describe('on one store', () => {
  beforeEach(() => open())

  test('a clock that is set back does not revive a code [V6.5.8, T27]', async () => {
    const { key, code } = await enrolled(app)
    opened.advance(minutes(5))
    const step = await passwordGiven(app)
    expect(await giveCode(app, step, codeOn(key, app.clock()))).toMatchObject({ ok: true })
    opened.stepClock(-minutes(5))
    const earlier = await passwordGiven(app)
    expect(await giveCode(app, earlier, code)).toMatchObject({ code: 'code_used' })
    opened.stepClock(seconds(30))
    expect(await giveCode(app, await passwordGiven(app), codeOn(key, app.clock()))).toMatchObject({ code: 'code_used' })
  })

  test('accepts spaces, other scripts and capital letters, and each code once', async () => {
    const { key, recoveryCodes } = await enrolled(app)
    opened.advance(seconds(30))
    const code = codeOn(key, app.clock())
    const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('')
    const spaced = `${arabic.slice(0, 3)} ${arabic.slice(3)}`
    expect(await giveCode(app, await passwordGiven(app), spaced)).toMatchObject({ ok: true })
    const [first = '', second = ''] = recoveryCodes
    const typed = first.toUpperCase().replaceAll('-', ' ')
    expect(await giveCode(app, await passwordGiven(app), typed)).toMatchObject({ ok: true })
    expect(await giveCode(app, await passwordGiven(app), first)).toMatchObject({ code: 'code_wrong' })
    expect(await giveCode(app, await passwordGiven(app), second)).toMatchObject({ ok: true })
  })

  test('wrong codes have their own count: neither it nor that of passwords resets the other', async () => {
    const { key, actor } = await enrolled(app)
    await fail(actor.id, key, 5)
    // The right password.
    const step = await passwordGiven(app)
    expect(await giveCode(app, step, wrongCode(key, app.clock()))).toMatchObject({ code: 'too_soon' })
    const wrong = () => app.accounts.checkCredentials('alice', 'wrong', aLoginClient('203.0.113.9'))
    for (let n = 0; n < 4; n += 1) expect(await wrong()).toMatchObject({ code: 'credentials_wrong' })
    opened.advance(seconds(30))
    expect(await giveCode(app, step, codeOn(key, app.clock()))).toMatchObject({ ok: true })
    expect(await wrong()).toMatchObject({ code: 'credentials_wrong' })
    expect(await wrong(), 'five wrong passwords, whatever the codes').toMatchObject({ code: 'too_soon' })
  })

  test('a used code is no wrong one', async () => {
    const { key, actor } = await enrolled(app)
    opened.advance(seconds(30))
    const code = codeOn(key, app.clock())
    const check = (typed: string) => userOf(actor.id).then((user) => app.twoFactor.check(user, typed, aLoginClient()))
    expect(await check(code)).toMatchObject({ ok: true })
    for (let n = 0; n < 10; n += 1) expect(await check(code)).toMatchObject({ code: 'code_used' })
    expect(await check(wrongCode(key, app.clock()))).toMatchObject({ code: 'code_wrong' })
  })

  test('a hundred wrong codes lock the codes, with a mail, until an administrator frees them [V6.6.3, T27]', async () => {
    const told = vi.spyOn(app.alerts, 'tell')
    const { key, actor, recoveryCodes } = await enrolled(app)
    await fail(actor.id, key, 100)
    const check = async (typed: string) => app.twoFactor.check(await userOf(actor.id), typed, aLoginClient())
    opened.advance(minutes(20))
    expect(await check(codeOn(key, app.clock()))).toEqual({ ok: false, code: 'second_factor_locked' })
    expect(await check(recoveryCodes[0] ?? '')).toEqual({ ok: false, code: 'second_factor_locked' })
    expect(told.mock.calls.map(([, kind]) => kind).filter((kind) => kind.endsWith('locked'))).toEqual([
      'two-factor-locked',
    ])
    const [entry] = await app.audit.history(actor.id)
    expect(entry).toMatchObject({ event: 'two_factor.locked', subjectId: actor.id })
    const { factorsChangedAt } = (await app.stores.users.find(actor.id)) ?? {}
    const reported = { passwordChangedAt: app.clock(), factorsChangedAt: (factorsChangedAt ?? 0) + 1 }
    await app.stores.users.update(actor.id, reported)
    expect(await check(codeOn(key, app.clock())), 'a thief of the mailbox can do both again and again').toMatchObject({
      code: 'second_factor_locked',
    })
    await app.accounts.unlock(actor.id)
    expect(await check(recoveryCodes[1] ?? '')).toMatchObject({ ok: true })
  })

  test('a sealed key that was copied to another user does not open [T27]', async () => {
    const { actor: alice } = await enrolled(app)
    const { actor: bob, key } = await enrolled(app, 'bob')
    const record = await app.stores.users.find(bob.id)
    await app.stores.users.update(alice.id, { totp: record?.totp ?? null })
    opened.advance(seconds(30))
    const check = app.twoFactor.check(await userOf(alice.id), codeOn(key, app.clock()), aLoginClient())
    await expect(check).rejects.toThrow('sealed with another secret')
  })

  test('a session has one key until the app is on, also after a re-authentication, and another session another', async () => {
    const actor = await signedUp(app)
    const user = await userOf(actor.id)
    const id = actor.session?.id ?? ''
    const shown = await at20(() => app.twoFactor.enrolment(user, id))
    const keys = new Set(shown.map(({ key }) => key))
    expect(keys.size).toBe(1)
    const [key = ''] = keys
    opened.advance(minutes(5))
    const confirmed = await execute(confirmIdentity, actor, { password: 'tangerine-walrus-umbrella' }, app)
    const renewed = await actorWith(app, confirmed.ok ? confirmed.value.token : '')
    expect((await app.twoFactor.enrolment(user, renewed.session?.id ?? '')).key).toBe(key)
    expect((await app.twoFactor.enrolment(user, 'another')).key).not.toBe(key)
    expect(await execute(turnOn, renewed, { code: codeOn(key, app.clock()) }, app)).toMatchObject({ ok: true })
    expect(await app.twoFactor.turnOn(user, 'another', '123456')).toMatchObject({ code: 'already_on' })
  })

  test('a session that a new password voids meanwhile adds no app and makes no codes [T18, T27]', async () => {
    const changePassword = (id: string) => app.stores.users.update(id, { passwordChangedAt: app.clock() })
    const { hash } = app.passwords
    const meanwhile = (id: string) =>
      vi.spyOn(app.passwords, 'hash').mockImplementationOnce(async (typed) => {
        await changePassword(id)
        return hash(typed)
      })
    const { actor: bob } = await enrolled(app, 'bob')
    const before = await app.stores.users.find(bob.id)
    meanwhile(bob.id)
    expect(await execute(renewRecoveryCodes, bob, {}, app)).toMatchObject({ code: 'person_gone' })
    expect(await app.stores.users.find(bob.id)).toMatchObject({ recoveryCodes: before?.recoveryCodes })
    const actor = await signedUp(app)
    const { key } = await app.twoFactor.enrolment(await userOf(actor.id), actor.session?.id ?? '')
    meanwhile(actor.id)
    expect(await execute(turnOn, actor, { code: codeOn(key, app.clock()) }, app)).toMatchObject({ code: 'person_gone' })
    expect(await app.stores.users.find(actor.id)).toMatchObject({ totp: null, recoveryCodes: [] })
    // Before the command reads anything.
    expect(await execute(turnOff, bob, {}, app)).toMatchObject({ code: 'person_gone' })
  })

  test('a key that waits for half an hour is void, and a new one takes its place', async () => {
    const actor = await signedUp(app)
    const user = await userOf(actor.id)
    const { key } = await app.twoFactor.enrolment(user, 'a session')
    opened.advance(minutes(30) - 1)
    expect((await app.twoFactor.enrolment(user, 'a session')).key).toBe(key)
    opened.advance(1)
    const tried = await app.twoFactor.turnOn(user, 'a session', codeOn(key, app.clock()))
    expect(tried).toMatchObject({ code: 'enrolment_over' })
    const { key: next } = await app.twoFactor.enrolment(user, 'a session')
    expect(next).not.toBe(key)
    expect((await app.twoFactor.enrolment(user, 'a session')).key).toBe(next)
  })

  test('turning the app off and on again does not make a code usable twice', async () => {
    const { actor } = await enrolled(app)
    const off = await execute(turnOff, actor, {}, app)
    const next = await actorWith(app, (off.ok && off.value.token) || '')
    const user = await userOf(actor.id)
    const { key } = await app.twoFactor.enrolment(user, next.session?.id ?? '')
    expect(await execute(turnOn, next, { code: codeOn(key, app.clock()) }, app)).toMatchObject({ code: 'code_used' })
    opened.advance(seconds(30))
    expect(await execute(turnOn, next, { code: codeOn(key, app.clock()) }, app)).toMatchObject({ ok: true })
  })

  test('a session that turned its second factor off no longer counts as having it [V6.3.3]', async () => {
    const { actor } = await enrolled(app)
    expect(actor.session?.authentications).toContain('totp')
    const off = await execute(turnOff, actor, {}, app)
    const next = await actorWith(app, (off.ok && off.value.token) || '')
    expect(next.session?.authentications).toEqual(['password'])
  })

  test('new recovery codes replace the old, and end the other sessions', async () => {
    const { actor, before, recoveryCodes } = await enrolled(app)
    const done = await execute(renewRecoveryCodes, actor, {}, app)
    const codes = done.ok ? done.value.recoveryCodes : []
    expect(new Set([...codes, ...recoveryCodes]).size).toBe(20)
    expect(await giveCode(app, await passwordGiven(app), recoveryCodes[0] ?? '')).toMatchObject({ code: 'code_wrong' })
    expect(await giveCode(app, await passwordGiven(app), codes[0] ?? '')).toMatchObject({ ok: true })
    expect(await app.sessions.check(before.presented ?? '')).toMatchObject({ live: false })
    expect(await app.sessions.check(actor.presented ?? '')).toMatchObject({ live: false })
  })

  test('an app beside a passkey keeps the recovery codes, when it comes and when it goes', async () => {
    const actor = await signedUp(app)
    const codes = [{ beginning: 'ab', hash: 'hash' }]
    const user = await app.stores.users.update(actor.id, { passkeys: [aPasskey()], recoveryCodes: codes })
    expect(user?.recoveryCodes).toEqual(codes)
    const { key } = await app.twoFactor.enrolment(await userOf(actor.id), 'a session')
    const on = await app.twoFactor.turnOn(await userOf(actor.id), 'a session', codeOn(key, app.clock()))
    expect(on).toMatchObject({ ok: true, value: { recoveryCodes: null } })
    expect(await app.twoFactor.turnOff(await userOf(actor.id))).toMatchObject({ ok: true })
    expect(await app.stores.users.find(actor.id)).toMatchObject({ totp: null, recoveryCodes: codes })
  })
})

test('a role that must have a second factor keeps its last one', async () => {
  await open({ REQUIRE_TWO_FACTOR: 'member' })
  const { actor } = await enrolled(app)
  expect(await execute(turnOff, actor, {}, app)).toMatchObject({ code: 'second_factor_required' })
  await app.stores.users.update(actor.id, { passkeys: [aPasskey({ isAutomatic: true })] })
  expect(await execute(turnOff, actor, {}, app)).toMatchObject({ code: 'second_factor_required' })
  await app.stores.users.update(actor.id, { passkeys: [aPasskey()] })
  expect(await execute(turnOff, actor, {}, app)).toMatchObject({ ok: true })
})
