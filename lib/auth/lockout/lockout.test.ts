import { hash } from '@node-rs/argon2'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compose, openRuntime } from '../../composition.ts'
import { readSettings } from '../../config.ts'
import { days, hours, minutes, seconds } from '../../core/clock.ts'
import {
  aLoginClient,
  openTestServices,
  type StoreName,
  storeNames,
  type TestServices,
} from '../../services-for-test.ts'
import { aUser } from '../../stores/contract/samples.ts'
import { wrongPasswordsOf } from './failure-counts.ts'
import type { LoginClient } from './lockout.ts'

const right = 'Lantern over the quay 47'
// A cheap hash: these tests are about who may try, not about hashing time.
const passwordHash = await hash(right, { memoryCost: 8, timeCost: 1, parallelism: 1 })

let opened: TestServices
afterEach(async () => {
  await opened[Symbol.asyncDispose]()
})

async function open(store: StoreName = 'JSON', env: Record<string, string> = {}) {
  opened = await openTestServices(env, store)
  const { app, advance } = opened
  vi.spyOn(app.passwords, 'verify').mockImplementation(async (_stored, password) => ({
    ok: true,
    value: { matches: password === right, replacement: null },
  }))
  await app.stores.users.insert(
    aUser({ id: 'alice', username: 'alice', passwordHash, email: 'alice@example.org', emailVerifiedAt: 1 }),
  )
  let addresses = 0
  function nextLoginClient() {
    addresses += 1
    return aLoginClient(`192.0.2.${addresses % 250}`)
  }
  /** Each attempt comes from a new IP address by default, so that only the account's count matters. */
  const logIn = (password: string, { username = 'alice', by = nextLoginClient() } = {}) =>
    app.accounts.checkCredentials(username, password, by)
  async function fail(times: number, options: { username?: string; by?: LoginClient } = {}) {
    for (let n = 0; n < times; n += 1) {
      const tried = await logIn('wrong', options)
      if ('waitMs' in tried) {
        advance(tried.waitMs)
        n -= 1
      }
    }
    await app.lockout.settle()
  }
  async function failures() {
    const [alice] = await app.stores.users.findMany(['alice'])
    return alice ? (wrongPasswordsOf(alice, await app.stores.lockouts.listByUser('alice'))?.new ?? null) : null
  }
  return { app, advance, logIn, fail, failures }
}

describe.each(storeNames)('on %s', (store) => {
  test('allows five wrong passwords, then doubles the wait up to a quarter of an hour [V6.3.1, V2.3.2]', async () => {
    const { advance, logIn, fail } = await open(store)
    await fail(5)
    expect(await logIn('wrong')).toEqual({ ok: false, code: 'too_soon', waitMs: seconds(1) })
    expect(await logIn(right)).toEqual({ ok: false, code: 'too_soon', waitMs: seconds(1) })
    advance(seconds(1))
    expect(await logIn('wrong')).toEqual({ ok: false, code: 'credentials_wrong' })
    expect(await logIn('wrong')).toEqual({ ok: false, code: 'too_soon', waitMs: seconds(2) })
    await fail(14)
    expect(await logIn('wrong')).toMatchObject({ code: 'too_soon', waitMs: minutes(15) })
    advance(minutes(15) - 1)
    expect(await logIn(right)).toMatchObject({ code: 'too_soon', waitMs: 1 })
    advance(1)
    expect(await logIn(right)).toMatchObject({ ok: true })
  })

  test('resets the count on the right password', async () => {
    const { logIn, fail } = await open(store)
    await fail(4)
    expect(await logIn(right)).toMatchObject({ ok: true })
    await fail(5)
    expect(await logIn('wrong')).toMatchObject({ code: 'too_soon', waitMs: seconds(1) })
  })

  test('lets five of twenty concurrent attempts through [V2.3.4]', async () => {
    const { logIn, failures } = await open(store)
    const tried = await Promise.all(Array.from({ length: 20 }, () => logIn('wrong')))
    const codes = tried.map((one) => (one.ok ? 'in' : one.code))
    expect(codes.filter((code) => code === 'credentials_wrong')).toHaveLength(5)
    expect(codes.filter((code) => code === 'too_soon')).toHaveLength(15)
    expect(await failures()).toMatchObject({ count: 5 })
  })

  test('stores the count before it answers, with a write of the same size for an unknown username [T22]', async () => {
    const { app, logIn, failures } = await open(store)
    const writes = vi.spyOn(app.stores.lockouts, 'count')
    await logIn('wrong')
    expect(writes).toHaveBeenCalledTimes(1)
    expect(await failures()).toEqual({ count: 1, lastAt: app.clock() })
    for (const username of ['nobody', 'not a name']) {
      writes.mockClear()
      await logIn('wrong', { username })
      expect(writes, username).toHaveBeenCalledTimes(1)
    }
    writes.mockRestore()
    expect(await failures()).toMatchObject({ count: 1 })
  })

  test('keeps the count across a restart [V6.3.1]', async () => {
    const { app, fail } = await open(store)
    await fail(7)
    await app.stores.close()
    const again = compose(await openRuntime(app.settings, app.clock))
    const tried = await again.accounts.checkCredentials('alice', right, aLoginClient())
    await again.stores.close()
    await again.rateLimits.close()
    expect(tried).toMatchObject({ code: 'too_soon' })
  })

  test('causes no wait from failures dated by a clock that was ahead', async () => {
    const { app, advance, logIn, fail, failures } = await open(store)
    opened.stepClock(days(30))
    await fail(12)
    opened.stepClock(-days(30))
    expect((await failures())?.lastAt).toBeGreaterThan(app.clock() + days(29))
    expect(await logIn('wrong')).toEqual({ ok: false, code: 'credentials_wrong' })
    expect(await logIn(right), 'that one counts again').toMatchObject({ code: 'too_soon', waitMs: seconds(256) })
    advance(seconds(256))
    expect(await logIn(right)).toMatchObject({ ok: true })
  })

  test('locks the password for new browsers after a hundred failures and alerts the owner once [V6.3.1]', async () => {
    const { app, advance, logIn, fail } = await open(store)
    const posted: string[] = []
    vi.spyOn(app.mail, 'post').mockImplementation(async ({ kind }) => void posted.push(kind))
    await fail(99)
    advance(hours(1))
    expect(posted).toEqual([])
    expect(await logIn('wrong')).toMatchObject({ code: 'credentials_wrong' })
    await app.lockout.settle()
    expect(posted).toEqual(['password-locked'])
    advance(hours(24))
    expect(await logIn(right)).toEqual({ ok: false, code: 'password_locked' })
    expect(await app.audit.history('alice')).toMatchObject([{ event: 'password.locked' }])

    const known = aLoginClient('192.0.2.7', true)
    expect(await logIn(right, { by: known })).toMatchObject({ ok: true })
    expect(await logIn(right), 'a log-in elsewhere does not unlock').toMatchObject({ code: 'password_locked' })

    await app.accounts.unlock('alice')
    expect(await logIn(right)).toMatchObject({ ok: true })
  })

  test('starts at zero for a new password', async () => {
    const { app, logIn, fail } = await open(store)
    await fail(100)
    await app.stores.users.update('alice', { email: null, emailVerifiedAt: null })
    const started = await app.recovery.startFor('alice', aLoginClient().by, null)
    const token = started.ok ? (started.value.token ?? '') : ''
    expect(await app.recovery.reset(token, right, aLoginClient().by)).toMatchObject({ ok: true })
    expect(await logIn(right)).toMatchObject({ ok: true })
  })
})

test('a known browser has a separate budget, which is limited too', async () => {
  const { logIn, fail } = await open()
  await fail(20)
  const known = aLoginClient('192.0.2.7', true)
  expect(await logIn('wrong')).toMatchObject({ code: 'too_soon' })
  expect(await logIn('wrong', { by: known })).toMatchObject({ code: 'credentials_wrong' })
  await fail(4, { by: known })
  expect(await logIn(right, { by: known })).toMatchObject({ code: 'too_soon', waitMs: seconds(1) })
})

test('an unknown username gets the same answers [V6.3.8]', async () => {
  const { logIn, fail } = await open()
  for (const username of ['alice', 'nobody', 'not a name']) {
    await fail(6, { username })
    expect(await logIn('wrong', { username }), username).toEqual({ ok: false, code: 'too_soon', waitMs: seconds(2) })
    await fail(94, { username })
    expect(await logIn('wrong', { username }), username).toEqual({ ok: false, code: 'password_locked' })
  }
})

test('ten wrong passwords lock an IP address for ten minutes, for any user and any notation of the address [T10]', async () => {
  const { app, logIn } = await open()
  const spellings = ['2001:db8:0:1::7', '2001:db8:0:1:ffff::1', '2001:DB8::1:0:0:0:9']
  for (let n = 0; n < 10; n += 1) {
    const by = aLoginClient(spellings[n % 3])
    expect(await logIn('wrong', { username: `name${n}`, by })).toMatchObject({ code: 'credentials_wrong' })
  }
  expect(await logIn(right, { by: aLoginClient('2001:db8:0:1::7') })).toMatchObject({ code: 'too_soon_here' })
  expect(await logIn(right, { by: aLoginClient('2001:db8:0:2::7') })).toMatchObject({ ok: true })
  expect(await logIn(right, { by: aLoginClient('2001:db8:0:1::7', true) }), 'known').toMatchObject({ ok: true })
  expect(await app.rateLimits.take('wrong-password', 'elsewhere')).toBe(0)
})

test('right passwords and refused attempts do not count against an IP address', async () => {
  const { logIn, fail } = await open()
  const by = aLoginClient('198.51.100.9')
  for (let n = 0; n < 30; n += 1) expect(await logIn(right, { by })).toMatchObject({ ok: true })
  await fail(5)
  for (let n = 0; n < 30; n += 1)
    expect(await logIn('wrong', { by })).toMatchObject({ code: 'too_soon', waitMs: seconds(1) })
  expect(await logIn('wrong', { username: 'somebody', by })).toMatchObject({ code: 'credentials_wrong' })
})

test('an unavailable store does not count against an IP address', async () => {
  const { app, logIn } = await open()
  const by = aLoginClient('198.51.100.9')
  const away = vi.spyOn(app.stores.users, 'find').mockRejectedValue(new Error('away'))
  for (let n = 0; n < 12; n += 1) await expect(logIn(right, { by })).rejects.toThrow('away')
  away.mockRestore()
  expect(await logIn(right, { by })).toMatchObject({ ok: true })
})

test('a wrong password at re-authentication counts like one at log-in [V6.2.3]', async () => {
  const { app, logIn, fail } = await open()
  const known = aLoginClient('192.0.2.7', true)
  await fail(3, { by: known })
  const change = { current: 'wrong', password: 'Harbour lights at dusk 9' }
  expect(await app.accounts.checkPassword('alice', 'wrong', known)).toMatchObject({ code: 'password_wrong' })
  expect(await app.accounts.changePassword('alice', change, known)).toMatchObject({ code: 'password_wrong' })
  expect(await app.accounts.checkPassword('alice', right, known)).toMatchObject({ code: 'too_soon' })
  expect(await app.accounts.changePassword('alice', { ...change, current: right }, known)).toMatchObject({
    code: 'too_soon',
  })
  expect(await logIn(right, { by: known })).toMatchObject({ code: 'too_soon' })
})

test('counts in memory when the store cannot save the count [V16.5.3]', async () => {
  const { app, logIn } = await open()
  const logged = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(app.stores.lockouts, 'count').mockRejectedValue(
    Object.assign(new Error('full'), { code: 'store_unavailable' }),
  )
  for (let n = 0; n < 5; n += 1) expect(await logIn('wrong')).toMatchObject({ code: 'credentials_wrong' })
  await app.lockout.settle()
  expect(await logIn('wrong')).toMatchObject({ code: 'too_soon' })
  expect(await logIn(right)).toMatchObject({ code: 'too_soon' })
  logged.mockRestore()
})

test('with rate limits off, wrong passwords cause no wait and no lockout alert', async () => {
  const { logIn, app } = await open('JSON', { LIMITS: 'off' })
  const posted = vi.spyOn(app.mail, 'post')
  for (let n = 0; n < 120; n += 1) expect(await logIn('wrong')).toMatchObject({ code: 'credentials_wrong' })
  await app.lockout.settle()
  expect(posted).not.toHaveBeenCalled()
  expect(await logIn(right)).toMatchObject({ ok: true })
  expect(readSettings({ LIMITS: 'off' }).limits).toBe(app.rateLimits.enabled)
})
