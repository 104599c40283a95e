// Fills or measures one store of one size in a separate process, for filled-store.ts.
import { createHash } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { anEntry, everybody } from '#lib/stores/contract/samples.ts'
import { newUser } from '#lib/stores/kinds.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import { openStores } from '#lib/stores/open.ts'
import type { SessionRecord, StoredRecord, Stores, TouchBounds, UserRecord } from '#lib/stores/types.ts'

export interface StoreTask {
  /** `check` measures only the session check. */
  kind: 'fill' | 'check' | 'measure'
  location: StoreLocation
  size: number
  now: number
}

/** By name, which includes the unit. */
export type StoreFigures = Record<string, number>

let now = 0
const bounds: TouchBounds = { activeAfter: 0, createdAfter: 0, latest: Number.MAX_SAFE_INTEGER, recentAfter: 0 }
const atOnce = 64
/** Enough for a median. Slow operations run less often. */
const longestMs = 4000

process.once('message', async (task: StoreTask) => {
  now = task.now
  const began = performance.now()
  const stores = await open(task.location)
  const startMs = performance.now() - began
  const figures = await perform(stores, task, startMs)
  await stores.close()
  process.send?.(figures, () => process.exit())
})

function open(location: StoreLocation): Promise<Stores> {
  const silent = { info() {}, warn() {}, error() {} }
  return openStores(location, { takeOver: () => ({ users: [], refused: [], notes: [] }), poolSize: 10, log: silent })
}

async function perform(stores: Stores, { kind, size }: StoreTask, startMs: number): Promise<StoreFigures> {
  if (kind === 'fill') return fill(stores, size)
  return kind === 'check' ? checkSessions(stores, size) : measure(stores, size, startMs)
}

async function fill(stores: Stores, size: number): Promise<StoreFigures> {
  await stores.replaceAll(generate(size))
  return {}
}

async function* generate(size: number): AsyncGenerator<StoredRecord> {
  for (let n = 0; n < size; n++) yield { kind: 'user', record: person(`person-${n}`, now + n) }
  for (let n = 0; n < size; n++) yield { kind: 'session', record: session(sessionId(n), `id-person-${n}`) }
}

async function checkSessions({ sessions }: Stores, size: number): Promise<StoreFigures> {
  // New random ids for each call, like in requests.
  const touch = () => timed(sessions.touch.bind(sessions), anySession(size), now, bounds)
  await repeat(20_000, touch)
  const checks = await repeat(20_000, touch)
  return { 'session check, p50, µs': median(checks) * 1000, 'session check, p99, µs': at(checks, 0.99) * 1000 }
}

async function measure(stores: Stores, size: number, startMs: number): Promise<StoreFigures> {
  const { users, sessions } = stores
  globalThis.gc?.()
  const memory = process.memoryUsage().rss / 2 ** 20
  const checks = await checkSessions(stores, size)
  const slides = await repeat(2_000, (n) => timed(sessions.touch.bind(sessions), anySession(size), now + n, exact))

  let number = 0
  const signUp = () => users.insert(person(`new-${number++}`))
  const alone = await withPause(() => repeat(100, () => timed(signUp)))
  const together = await withPause(async () => {
    const began = performance.now()
    let written = 0
    const writer = async () => {
      for (let n = 0; n < 10 && performance.now() - began < longestMs; n++, written++) await signUp()
    }
    await Promise.all(Array.from({ length: atOnce }, writer))
    return (written / (performance.now() - began)) * 1000
  })
  const logOuts = await repeat(100, () => timed(() => sessions.end([anySession(size)], 'signed-out', now)))
  const failures = await repeat(100, (n) => {
    const userId = `id-person-${Math.floor(Math.random() * size)}`
    return timed(() => stores.lockouts.count({ userId, about: 'password-new', secretSetAt: 0 }, now + n))
  })
  const page = await repeat(50, () =>
    timed(() => users.list({ ...everybody, after: { username: 'person-5', createdAt: 0 } })),
  )
  const search = await repeat(50, () => timed(() => users.list({ ...everybody, search: 'SON-999' })))
  const searchAll = { ...everybody, search: 'person called' }
  const newest = { ...searchAll, by: 'createdAt', descending: true } as const
  const middle = { username: 'person-5', createdAt: now + Math.floor(size / 2) }
  const adminPages = {
    'the admin’s page of people: newest first, from the middle, with the count, p50, ms': () =>
      Promise.all([
        users.list({ ...everybody, by: 'createdAt', descending: true, after: middle }),
        users.count(everybody),
      ]),
    'the same, searched for what everybody has, p50, ms': () =>
      Promise.all([users.list({ ...newest, after: middle }), users.count(searchAll)]),
    'the same, searched for what nobody has, p50, ms': () => {
      const nobody = { ...newest, search: 'is called so by nobody' }
      return Promise.all([users.list(nobody), users.count(nobody)])
    },
  }
  const admin: StoreFigures = {}
  for (const [name, work] of Object.entries(adminPages)) admin[name] = median(await repeat(20, () => timed(work)))
  const appends = await repeat(100, () => timed(() => stores.audit.append(anEntry())))

  const aloneRate = 1000 / median(alone.result)
  return {
    ...checks,
    'window slid in the record, p50, µs': median(slides) * 1000,
    'durable sign-up alone, p50, ms': median(alone.result),
    'durable sign-ups, 64 at once, a second': together.result,
    '64 at once against one alone, times': together.result / aloneRate,
    'durable log-out, p50, ms': median(logOuts),
    'wrong password counted, durable, p50, ms': median(failures),
    'page of 50 people, p50, ms': median(page),
    'search for people, p50, ms': median(search),
    ...admin,
    'entry of the audit trail, durable, p50, ms': median(appends),
    'longest event-loop pause, alone, ms': alone.pauseMs,
    'longest event-loop pause, 64 at once, ms': together.pauseMs,
    'start-up, ms': startMs,
    'memory after start-up, MB': memory,
  }
}

/** No session is recent, so every touch writes in stores that write touches. */
const exact: TouchBounds = { ...bounds, recentAfter: Number.MAX_SAFE_INTEGER }

function person(username: string, createdAt = now): UserRecord {
  return newUser({
    id: `id-${username}`,
    username,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIDE2$VGhpcnR5LXR3byBieXRlcyBvZiBhIGhhc2gsIHdl',
    profile: { fullName: `The person called ${username}`, bio: 'Keeps the lamp lit.', age: 41 },
    createdAt,
  })
}

function session(id: string, userId: string): SessionRecord {
  const userAgent =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
  return {
    id,
    userId,
    createdAt: now,
    lastActivityAt: now,
    provedAt: now,
    authentications: ['password'],
    passwordChangedAt: null,
    factorsChangedAt: null,
    userAgent,
    address: '203.0.113.9',
  }
}

function anySession(size: number): string {
  return sessionId(Math.floor(Math.random() * size))
}

function sessionId(n: number): string {
  return createHash('sha256').update(String(n)).digest('hex')
}

/** The milliseconds of one call. */
async function timed<Args extends unknown[]>(
  work: (...args: Args) => Promise<unknown>,
  ...args: Args
): Promise<number> {
  const began = performance.now()
  await work(...args)
  return performance.now() - began
}

async function repeat(times: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const took: number[] = []
  const began = performance.now()
  for (let n = 0; n < times && performance.now() - began < longestMs; n++) took.push(await work(n))
  return took.toSorted((a, b) => a - b)
}

async function withPause<Result>(work: () => Promise<Result>): Promise<{ result: Result; pauseMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // Until its timer runs. Earlier work is not counted.
  await pause(20)
  delay.reset()
  const result = await work()
  await pause(5)
  delay.disable()
  // The monitor includes its own interval.
  return { result, pauseMs: Math.max(0, delay.max / 1e6 - 1) }
}

function at(sorted: number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

function median(sorted: number[]): number {
  return at(sorted, 0.5)
}
