import { afterEach, describe, expect, test, vi } from 'vitest'
import { days, minutes, seconds } from '../clock.ts'
import { openTestServices, type StoreName, storeNames } from '../services-for-test.ts'
import type { StoreLocation } from '../stores/location.ts'
import { createLimits, type Limits } from './limits.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

async function open(store: StoreName): Promise<{ limits: Limits; location: StoreLocation }> {
  const services = await openTestServices({}, store)
  opened.push(services)
  return { limits: services.app.limits, location: services.app.settings.store }
}

describe.each(storeNames)('on %s', (store) => {
  test('a rule holds for each by itself, and says how long to wait', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { limits } = await open(store)
    expect(await limits.take('code-mail-pause', 'alice')).toBe(0)
    expect(await limits.take('code-mail-pause', 'bob')).toBe(0)
    vi.setSystemTime(Date.now() + seconds(20))
    expect(await limits.take('code-mail-pause', 'alice')).toBe(seconds(40))
    vi.setSystemTime(Date.now() + seconds(40))
    expect(await limits.take('code-mail-pause', 'alice')).toBe(0)
  })

  test('a clock that is set back by a day prolongs nobody’s wait, and forgets nobody', async () => {
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: now + days(1) })
    const { limits } = await open(store)
    await limits.take('code-mail-pause', 'alice')
    vi.setSystemTime(now)
    const wait = await limits.take('code-mail-pause', 'alice')
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(seconds(60))
    await vi.advanceTimersByTimeAsync(seconds(60))
    expect(await limits.take('code-mail-pause', 'alice')).toBe(0)
  })

  test('what is forgotten of one by every rule is not forgotten of another', async () => {
    const { limits } = await open(store)
    for (const whom of ['alice', 'bob']) for (let n = 0; n < 4; n += 1) await limits.take('rename', whom)
    for (let n = 0; n < 6; n += 1) await limits.take('code-try', 'alice')
    await limits.forget('alice')
    expect(await limits.take('rename', 'alice')).toBe(0)
    expect(await limits.take('code-try', 'alice')).toBe(0)
    expect(await limits.take('rename', 'bob')).toBeGreaterThan(0)
  })

  test('twenty who come at once are five', async () => {
    const { limits } = await open(store)
    const waits = await Promise.all(Array.from({ length: 20 }, () => limits.take('code-try', 'alice')))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
    expect(Math.max(...waits)).toBeLessThanOrEqual(minutes(10))
  })
})

test('processes that share a PostgreSQL count together, and tell it no names', async () => {
  const { limits, location } = await open('PostgreSQL')
  const other = createLimits({ store: location, enabled: true })
  expect(await limits.take('reset-mail', 'alice@example.org')).toBe(0)
  expect(await other.take('reset-mail', 'alice@example.org')).toBe(0)
  expect(await limits.take('reset-mail', 'alice@example.org')).toBe(0)
  expect(await other.take('reset-mail', 'alice@example.org')).toBeGreaterThan(0)
  await other.close()
})

test('while that is away each counts for itself', async () => {
  const limits = createLimits({
    store: { driver: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' },
    enabled: true,
  })
  opened.push({ [Symbol.asyncDispose]: () => limits.close() })
  expect(await limits.take('code-mail-pause', 'alice')).toBe(0)
  expect(await limits.take('code-mail-pause', 'alice')).toBeGreaterThan(0)
})

test('switched off, nothing is throttled but tries of a code', async () => {
  const limits = createLimits({ store: { driver: 'json', dir: '' }, enabled: false })
  for (let n = 0; n < 9; n += 1) expect(await limits.take('reset-mail', 'alice')).toBe(0)
  for (let n = 0; n < 5; n += 1) expect(await limits.take('code-try', 'alice')).toBe(0)
  expect(await limits.take('code-try', 'alice')).toBeGreaterThan(0)
})

test('countless addresses share counts in the end: they fill no memory, and are still counted [V15.2.2]', async () => {
  const limits = createLimits({ store: { driver: 'json', dir: '' }, enabled: true })
  opened.push({ [Symbol.asyncDispose]: () => limits.close() })
  for (let n = 0; n < 100_000; n += 1) await limits.take('denied-entry', `address ${n}`)
  let refused = 0
  for (let n = 0; n < 20_000; n += 1) {
    if ((await limits.take('denied-entry', `address ${100_000 + n}`)) > 0) refused += 1
  }
  // A thousand counts of ten each are all that the 20,000 have.
  expect(refused).toBeGreaterThanOrEqual(10_000)
  expect(refused).toBeLessThan(20_000)
})
