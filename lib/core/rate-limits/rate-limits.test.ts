import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openTestServices, type StoreName, storeNames } from '../../services-for-test.ts'
import type { StoreLocation } from '../../stores/location.ts'
import { days, hours, minutes, seconds } from '../clock.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

async function open(store: StoreName): Promise<{ rateLimits: RateLimits; location: StoreLocation }> {
  const services = await openTestServices({}, store)
  opened.push(services)
  return { rateLimits: services.app.rateLimits, location: services.app.settings.store }
}

describe.each(storeNames)('on %s', (store) => {
  test('a rule counts each key separately, and returns the waiting time', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { rateLimits } = await open(store)
    expect(await rateLimits.take('code-mail-pause', 'alice')).toBe(0)
    expect(await rateLimits.take('code-mail-pause', 'bob')).toBe(0)
    vi.setSystemTime(Date.now() + seconds(20))
    expect(await rateLimits.take('code-mail-pause', 'alice')).toBe(seconds(40))
    vi.setSystemTime(Date.now() + seconds(40))
    expect(await rateLimits.take('code-mail-pause', 'alice')).toBe(0)
  })

  test('forget resets all rules of one key only', async () => {
    const { rateLimits } = await open(store)
    for (const whom of ['alice', 'bob']) for (let n = 0; n < 4; n += 1) await rateLimits.take('rename', whom)
    for (let n = 0; n < 6; n += 1) await rateLimits.take('code-try', 'alice')
    await rateLimits.forget('alice')
    expect(await rateLimits.take('rename', 'alice')).toBe(0)
    expect(await rateLimits.take('code-try', 'alice')).toBe(0)
    expect(await rateLimits.take('rename', 'bob')).toBeGreaterThan(0)
  })

  test('counts from a clock that was ahead do not delay anyone later', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days(30) })
    const { rateLimits } = await open(store)
    for (let n = 0; n < 4; n += 1) await rateLimits.take('rename', 'alice')
    vi.setSystemTime(Date.now() - days(30))
    for (let n = 0; n < 3; n += 1) expect(await rateLimits.take('rename', 'alice')).toBe(0)
    expect(await rateLimits.take('rename', 'alice')).toBeLessThanOrEqual(hours(24))
    expect(await rateLimits.take('rename', 'alice')).toBeGreaterThan(0)
  })

  test('of twenty parallel calls, five succeed', async () => {
    const { rateLimits } = await open(store)
    const waits = await Promise.all(Array.from({ length: 20 }, () => rateLimits.take('code-try', 'alice')))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
    expect(Math.max(...waits)).toBeLessThanOrEqual(minutes(10))
  })
})

test('processes that share a PostgreSQL count together, without storing names', async () => {
  const { rateLimits, location } = await open('PostgreSQL')
  const other = createRateLimits({ store: location, enabled: true })
  expect(await rateLimits.take('reset-mail-by', 'alice@example.org')).toBe(0)
  expect(await other.take('reset-mail-by', 'alice@example.org')).toBe(0)
  expect(await rateLimits.take('reset-mail-by', 'alice@example.org')).toBe(0)
  expect(await other.take('reset-mail-by', 'alice@example.org')).toBeGreaterThan(0)
  await other.close()
})

const away: StoreLocation = { driver: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' }

test('each process counts for itself while the database is unavailable', async () => {
  const rateLimits = createRateLimits({ store: away, enabled: true })
  opened.push({ [Symbol.asyncDispose]: () => rateLimits.close() })
  expect(await rateLimits.take('code-mail-pause', 'alice')).toBe(0)
  expect(await rateLimits.take('code-mail-pause', 'alice')).toBeGreaterThan(0)
})

test('asks an unresponsive database again after ten seconds, without delaying other calls', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  let asked = 0
  const silent = createServer((socket) => {
    asked += 1
    socket.destroy()
  })
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as AddressInfo
  const rateLimits = createRateLimits({
    store: { driver: 'postgres', url: `postgres://a@127.0.0.1:${port}/none` },
    enabled: true,
  })
  opened.push({ [Symbol.asyncDispose]: () => rateLimits.close().then(() => void silent.close()) })
  expect(await rateLimits.take('rename', 'alice')).toBe(0)
  expect(asked).toBe(1)
  vi.advanceTimersByTime(seconds(10) - 1)
  expect(await rateLimits.take('rename', 'alice')).toBe(0)
  expect(asked).toBe(1)
  vi.advanceTimersByTime(1)
  expect(await rateLimits.take('rename', 'alice')).toBe(0)
  expect(asked).toBe(2)
})

test('when off, limits only attempts at a code', async () => {
  const rateLimits = createRateLimits({ store: { driver: 'json', dir: '' }, enabled: false })
  for (let n = 0; n < 9; n += 1) expect(await rateLimits.take('reset-mail', 'alice')).toBe(0)
  for (let n = 0; n < 5; n += 1) expect(await rateLimits.take('code-try', 'alice')).toBe(0)
  expect(await rateLimits.take('code-try', 'alice')).toBeGreaterThan(0)
})

test.each<[string, StoreLocation]>([
  ['without a database', { driver: 'json', dir: '' }],
  ['while PostgreSQL is away', away],
])(
  'many addresses share counters in the end %s: they do not fill the memory, and still count [V15.2.2]',
  async (_, store) => {
    const rateLimits = createRateLimits({ store, enabled: true })
    opened.push({ [Symbol.asyncDispose]: () => rateLimits.close() })
    for (let n = 0; n < 100_000; n += 1) await rateLimits.take('denied-entry', `address ${n}`)
    let refused = 0
    for (let n = 0; n < 20_000; n += 1) {
      if ((await rateLimits.take('denied-entry', `address ${100_000 + n}`)) > 0) refused += 1
    }
    // A thousand shared counters of ten each are all that 20,000 addresses get.
    expect(refused).toBeGreaterThanOrEqual(10_000)
    expect(refused).toBeLessThan(20_000)
  },
)
