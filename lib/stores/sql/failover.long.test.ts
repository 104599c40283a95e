// A database that returns read-only, or another server under the same host name: the site continues without a restart.
import { AsyncLocalStorage } from 'node:async_hooks'

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { aSession, aUser } from '#lib/stores/contract/samples.ts'
import type { Stores } from '#lib/stores/types.ts'

import { openPostgresStores } from './open.ts'
import { createDatabase, startPostgres, type TestPostgres } from './postgres-for-test.ts'
import { logTo } from './stores-for-test.ts'
import { startTcpProxy } from './tcp-proxy-for-test.ts'

const unavailable = { code: 'store_unavailable' }
const poolSize = 4

async function openThrough(url: string): Promise<Stores> {
  const stores = await openPostgresStores({ url, poolSize, log: logTo() })
  onTestFinished(() => stores.close())
  return stores
}

async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function isReadOnly(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('show default_transaction_read_only')
  await client.end()
  return rows[0].default_transaction_read_only === 'on'
}

/** Opens all connections of the pool. */
async function warmUp(stores: Stores): Promise<void> {
  await Promise.all(Array.from({ length: poolSize }, () => stores.users.find('id-of-alice')))
}

/** The log-ins that were not saved, of so many one after the other. */
async function countRefused(stores: Stores, logIns: number, prefix: string): Promise<number> {
  let refused = 0
  for (let n = 0; n < logIns; n += 1) {
    const session = aSession({ id: `${prefix}-${n}` })
    await stores.sessions.insert(session).catch((error: unknown) => {
      expect(error).toMatchObject(unavailable)
      refused += 1
    })
  }
  return refused
}

const endOthers =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'

describe('a PostgreSQL that comes back read-only', () => {
  it('rejects writes as not saved, and accepts them as soon as the database does', async () => {
    const { url, drop } = await createDatabase()
    onTestFinished(drop)
    const stores = await openThrough(url)
    await stores.users.insert(aUser())
    await warmUp(stores)
    const setReadOnly = (value: 'on' | 'off') =>
      `do $$ begin execute format('alter database %I set default_transaction_read_only = ${value}', current_database()); end $$`
    await execute(url, setReadOnly('on'), endOthers)
    // Each connection is found dead once; the new ones are read-only.
    await expect(countRefused(stores, 10, 'while')).resolves.toBe(10)
    await expect(stores.checkReady()).rejects.toMatchObject({ ...unavailable, cause: { code: '25006' } })
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
    await warmUp(stores)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`set default_transaction_read_only = off`)
    await client.query(setReadOnly('off'))
    await client.end()
    // One write meets a connection from that time, and the pool then drops all others.
    expect(await countRefused(stores, 55, 'after')).toBeLessThanOrEqual(1)
  })

  it('as a standby rejects every kind of write, serves reads, and accepts writes once promoted', async () => {
    const server = await startPostgres()
    onTestFinished(server.stop)
    const { url } = await createDatabase(server.adminUrl)
    const stores = await openThrough(url)
    await stores.users.insert(aUser())
    await stores.sessions.insert(aSession())
    await server.halt()
    await server.resumeAsStandby()
    await stores.users.find('id-of-alice').catch(() => {})
    for (const write of [
      () => stores.users.insert(aUser({ username: 'bob' })),
      () => stores.users.changeEmail('id-of-alice', { email: 'a@example.org' }),
      () => stores.sessions.insert(aSession({ id: 'session-2' })),
      () => stores.sessions.end(['session-1'], 'ended', 3_000),
      () => stores.checkReady(),
    ]) {
      await expect(write()).rejects.toMatchObject(unavailable)
    }
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
    await execute(server.adminUrl, 'select pg_promote()')
    expect(await countRefused(stores, 10, 'after')).toBeLessThanOrEqual(1)
  })
})

describe('another PostgreSQL in its place', () => {
  let servers: [TestPostgres, TestPostgres]
  beforeAll(async () => {
    servers = await Promise.all([startPostgres(), startPostgres()])
    for (const { adminUrl } of servers) await execute(adminUrl, `create user site password 'site'`)
  })
  afterAll(() => Promise.all(servers.map(({ stop }) => stop())))

  /** A database of the same name on both, and a URL that leads to the first. */
  async function openBoth(name: string) {
    const urls: string[] = []
    for (const { adminUrl } of servers) {
      await execute(adminUrl, `create database ${name} owner site`)
      urls.push(Object.assign(new URL(adminUrl), { username: 'site', password: 'site', pathname: `/${name}` }).href)
    }
    const [first = '', second = ''] = urls
    const proxy = await startTcpProxy(first)
    onTestFinished(() => proxy.close())
    const stores = await openThrough(proxy.url)
    await stores.users.insert(aUser())
    const other = await openThrough(second)
    await other.replaceAll(stores.dump())
    return { stores, other, admin: servers[0].adminUrl, moveToOther: () => proxy.redirect(second), url: proxy.url }
  }

  it('serves reads within a minute, even while the first still answers', async () => {
    const { url, other, moveToOther } = await openBoth('reads')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const stores = await openThrough(url)
    await stores.users.find('id-of-alice')
    await other.users.insert(aUser({ username: 'bob' }))
    moveToOther()
    // In constant use, so no connection is idle for long.
    for (let passed = 0; passed < 60; passed += 20) {
      expect(await stores.users.find('id-of-bob')).toBeNull()
      await vi.advanceTimersByTimeAsync(20_000)
    }
    expect(await stores.users.find('id-of-bob')).not.toBeNull()
  })

  it('accepts writes while the first stays up read-only with its connections', async () => {
    const { stores, other, admin, moveToOther } = await openBoth('writes')
    await warmUp(stores)
    await execute(admin, 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()')
    // The server rereads its settings asynchronously. A connection from after that shows that older ones were told.
    await vi.waitFor(async () => expect(await isReadOnly(admin)).toBe(true), 60_000)
    moveToOther()
    // The first write may still reach the first server; later ones do not.
    expect(await countRefused(stores, 55, 'after')).toBeLessThanOrEqual(1)
    expect((await other.sessions.listByUser('id-of-alice')).length).toBeGreaterThanOrEqual(54)
  })
})

it('opens connections outside the context of the request that needs one', async () => {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  const stores = await openThrough(url)
  const requests = new AsyncLocalStorage<string>()
  const kept: unknown[] = []
  const { connect } = pg.Client.prototype
  vi.spyOn(pg.Client.prototype, 'connect').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    kept.push(requests.getStore())
    return Reflect.apply(connect, this, given)
  })
  const { setTimeout: setReal } = globalThis
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
    // The timers that outlive a query: how long a connection may be idle and how old it may become.
    if (ms >= 30_000) kept.push(requests.getStore())
    return setReal(work, ms)
  }) as typeof setTimeout)
  await requests.run('request', () => warmUp(stores))
  expect(kept.length).toBeGreaterThan(poolSize)
  expect(new Set(kept)).toEqual(new Set([undefined]))
})
