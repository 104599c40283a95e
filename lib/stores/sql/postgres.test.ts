import { randomBytes } from 'node:crypto'

import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { aSession, aToken, aUser, everybody } from '#lib/stores/contract/samples.ts'
import type { Stores, TouchBounds } from '#lib/stores/types.ts'

import { openPostgresReader, openPostgresStores } from './open.ts'
import { createDatabase, startPostgres } from './postgres-for-test.ts'
import { freshPostgres, type LogLine, logTo } from './stores-for-test.ts'
import { startTcpProxy } from './tcp-proxy-for-test.ts'

const always: TouchBounds = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }
const unavailable = { code: 'store_unavailable' }

/** Another program's connection to the same database. */
async function connectDirectly(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

async function openThrough(url: string, options: { poolSize?: number; log?: LogLine[] } = {}): Promise<Stores> {
  const stores = await openPostgresStores({ url, poolSize: options.poolSize ?? 2, log: logTo(options.log) })
  onTestFinished(() => stores.close())
  return stores
}

it('warns when the database does not wait for its disk', async () => {
  const { location, open } = await freshPostgres()
  await (await open()).close()
  const client = await connectDirectly(location)
  await client.query(`alter database ${new URL(location).pathname.slice(1)} set synchronous_commit = off`)
  const log: LogLine[] = []
  await open({ log })
  expect(log).toEqual([
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('synchronous_commit') }),
  ])
})

it('needs no permission to create tables once they exist [V13.2.2]', async () => {
  const { location, open } = await freshPostgres()
  await (await open()).close()
  const client = await connectDirectly(location)
  const user = `clerk_${randomBytes(4).toString('hex')}`
  await client.query(`create user ${user} password 'clerk'; revoke create on schema public from public;
    grant select, insert, update, delete on all tables in schema public to ${user}`)
  const url = new URL(location)
  url.username = user
  url.password = 'clerk'
  const stores = await openThrough(url.href)
  expect(await stores.users.insert(aUser())).toBe('inserted')
  onTestFinished(async () => {
    await client.query(`drop owned by ${user}; drop user ${user}`)
  })
})

async function freshProxy(refuse?: (first: Buffer) => Buffer | null) {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  const proxy = await startTcpProxy(url, refuse)
  onTestFinished(() => proxy.close())
  return { url, proxy }
}

/** A limit in the URL replaces ours, which shortens the waits. */
const withParameter = (url: string, parameter: string) => `${url}?${parameter}`

describe('a PostgreSQL outage', () => {
  it('is an error while it lasts, and the store works again afterwards without reopening', async () => {
    const server = await startPostgres()
    onTestFinished(server.stop)
    const log: LogLine[] = []
    const stores = await openThrough((await createDatabase(server.adminUrl)).url, { log })
    await stores.users.insert(aUser())
    await stores.sessions.insert(aSession())
    for (const [interrupt, at] of [
      [server.halt, 10_000],
      [server.kill, 20_000],
    ] as const) {
      await interrupt()
      await expect(stores.users.findByUsername('alice')).rejects.toMatchObject(unavailable)
      await expect(stores.users.changeEmail('id-of-alice', { email: 'a@example.org' })).rejects.toMatchObject(
        unavailable,
      )
      await expect(stores.sessions.touch('session-1', at, always)).rejects.toMatchObject(unavailable)
      await expect(stores.tokens.put(aToken())).rejects.toMatchObject(unavailable)
      await expect(Array.fromAsync(stores.dump())).rejects.toMatchObject(unavailable)
      await server.resume()
      expect(await stores.users.findByUsername('alice')).toEqual(aUser())
      expect(await stores.sessions.touch('session-1', at, always)).toEqual(aSession({ lastActivityAt: at }))
    }
    expect(log).toContainEqual(expect.objectContaining({ level: 'warn', message: 'PostgreSQL ended a connection.' }))
  })

  it('prevents opening, with an error that names the host and not the password', async () => {
    const server = await startPostgres()
    await server.stop()
    const opening = openPostgresStores({ url: server.adminUrl, poolSize: 2, log: logTo() })
    const { port, password } = new URL(server.adminUrl)
    await expect(opening).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(
        `^PostgreSQL database postgres at 127.0.0.1:${port} cannot be used: .*ECONNREFUSED`,
      ),
    })
    await expect(opening).rejects.not.toThrow(password)
    await expect(openPostgresReader(server.adminUrl)).rejects.toMatchObject(unavailable)
  })

  it('does not crash the process when it closes connections, used or idle', async () => {
    const { location, open } = await freshPostgres()
    const stores = await open({ poolSize: 4 })
    const admin = await connectDirectly(location)
    const terminateOthers = () =>
      admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    const inUse = Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => stores.users.insert(aUser({ username: `user-${n}` }))),
    )
    await terminateOthers()
    for (const outcome of await inUse) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unavailable)
    }
    await Promise.all(Array.from({ length: 4 }, () => stores.users.find('id-of-alice')))
    await terminateOthers()
    // One request may still meet a closed connection, which makes the pool drop the others.
    await stores.users.find('id-of-alice').catch(() => {})
    expect(await stores.users.insert(aUser())).toBe('inserted')
  })

  it('without an answer for six seconds ends the query and the connection [V13.2.6]', async () => {
    const { url, proxy } = await freshProxy()
    await (await openThrough(url)).users.insert(aUser())
    const stores = await openThrough(proxy.url)
    await stores.users.find('id-of-alice')
    const before = proxy.connections
    proxy.silence()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const finding = expect(stores.users.find('id-of-alice')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('Query read timeout'),
    })
    await vi.advanceTimersByTimeAsync(6_000)
    await finding
    vi.useRealTimers()
    await expect.poll(() => proxy.connections).toBe(before - 1)
    proxy.mend()
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
  })

  it('does not make a transaction without an answer wait twice', async () => {
    const { url, proxy } = await freshProxy()
    await (await openThrough(url)).users.insert(aUser())
    const stores = await openThrough(withParameter(proxy.url, 'query_timeout=10000'), { poolSize: 1 })
    const other = await connectDirectly(url)
    await other.query('begin; lock table users in exclusive mode')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const updating = stores.users.changeEmail('id-of-alice', { email: null })
    await waitingForLock(other)
    proxy.silence()
    const failed = expect(updating).rejects.toMatchObject(unavailable)
    // The time-out of one query. A second one would need as long again, and no more time passes.
    await vi.advanceTimersByTimeAsync(10_000)
    await failed
    vi.useRealTimers()
    await other.query('commit')
    proxy.mend()
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
  })

  it('ends a copy when it drops the connection, and not the process', async () => {
    const { proxy } = await freshProxy()
    await openThrough(proxy.url)
    const reader = await openPostgresReader(proxy.url)
    proxy.cut()
    await expect.poll(() => proxy.connections).toBe(0)
    await expect(Array.fromAsync(reader.dump())).rejects.toMatchObject(unavailable)
    await reader.close()
  })

  it('that drops connections is an error once, and the next call reconnects', async () => {
    const { proxy } = await freshProxy()
    const stores = await openThrough(proxy.url)
    await stores.users.insert(aUser())
    proxy.cut()
    await expect(stores.users.find('id-of-alice')).rejects.toMatchObject(unavailable)
    proxy.mend()
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
  })
})

describe('a PostgreSQL that is slow', () => {
  it('has a limit at which the server stops the query, and the connection stays usable', async () => {
    const { location, open } = await freshPostgres()
    await (await open()).users.insert(aUser())
    const stores = await openThrough(withParameter(location, 'statement_timeout=200'), { poolSize: 1 })
    const other = await connectDirectly(location)
    await other.query('begin; lock table users in access exclusive mode')
    await expect(stores.users.find('id-of-alice')).rejects.toMatchObject({
      ...unavailable,
      cause: { code: '57014' },
    })
    await other.query('commit')
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
  })

  it('gets limits for statements and pauses, and wider ones for copies [V13.2.6]', async () => {
    const limits = new Set<string>()
    const { proxy } = await freshProxy((first) => {
      const words = first.toString('latin1').split('\0')
      const settingOf = (name: string) => words[words.indexOf(name) + 1]
      limits.add(`${settingOf('statement_timeout')} ${settingOf('idle_in_transaction_session_timeout')}`)
      return null
    })
    const stores = await openThrough(proxy.url)
    limits.clear()
    await stores.users.insert(aUser())
    expect([...limits]).toEqual(['5000 30000'])
    limits.clear()
    expect(await Array.fromAsync(stores.dump())).toHaveLength(1)
    expect([...limits]).toEqual(['600000 600000'])
  })
})

describe('an uncommitted change of another connection', () => {
  async function withSession() {
    const { location, open } = await freshPostgres()
    const stores = await open()
    await stores.users.insert(aUser())
    await stores.sessions.insert(aSession())
    const other = await connectDirectly(location)
    await other.query('begin')
    return { stores, other }
  }
  const logOut = `update sessions set user_id = null, ended_at = 3000, end_reason = 'signed-out'`

  it('delays a touch, which then finds the session ended', async () => {
    const { stores, other } = await withSession()
    await other.query(logOut)
    const touching = stores.sessions.touch('session-1', 4_000, always)
    await waitingForLock(other)
    await other.query('commit')
    expect(await touching).toBeNull()
  })

  it('delays an end, which then keeps the first reason', async () => {
    const { stores, other } = await withSession()
    await other.query(logOut)
    const ending = stores.sessions.end(['session-1'], 'idle', 4_000)
    await waitingForLock(other)
    await other.query('commit')
    expect(await ending).toBe(0)
    expect(await stores.sessions.findEndReason('session-1')).toBe('signed-out')
  })

  it('delays a change, which then compares with it', async () => {
    const { stores, other } = await withSession()
    await other.query(`update users set password_hash = 'theirs'`)
    const updating = stores.users.update(
      'id-of-alice',
      { passwordHash: 'ours' },
      { passwordHash: aUser().passwordHash },
    )
    await waitingForLock(other)
    await other.query('commit')
    expect(await updating).toBeNull()
  })

  it('does not delay a new session of the changed user', async () => {
    const { stores, other } = await withSession()
    await other.query(`select id from users for no key update`)
    await stores.sessions.insert(aSession({ id: 'session-2' }))
    expect(await stores.sessions.find('session-2')).not.toBeNull()
    await other.query('commit')
  })
})

describe('a pool of connections', () => {
  it('of two serves a hundred concurrent operations', async () => {
    const { location, open } = await freshPostgres()
    const stores = await open({ poolSize: 2 })
    const people = Array.from({ length: 100 }, (_, n) => aUser({ username: `user-${n}` }))
    await Promise.all(people.map((user) => stores.users.insert(user)))
    const emails = people.map(({ id }) => stores.users.changeEmail(id, { email: `${id}@example.org` }))
    expect((await Promise.all(emails)).every((user) => user !== null)).toBe(true)
    const admin = await connectDirectly(location)
    const { rows } = await admin.query(
      `select count(*)::int as n from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
    expect(rows).toEqual([{ n: 2 }])
  })

  it('leaves no session state that a pooler would pass on', async () => {
    const { location, open } = await freshPostgres()
    const stores = await open({ poolSize: 1 })
    await stores.users.insert(aUser({ role: 'admin' }))
    await stores.users.changeStanding('id-of-alice', { role: 'member' })
    await stores.sessions.insert(aSession())
    await stores.sessions.touch('session-1', 9_000, always)
    await stores.sessions.end(['session-1'], 'ended', 9_000)
    await stores.checkReady()
    const admin = await connectDirectly(location)
    const left = `select mode from pg_locks join pg_database d on d.oid = database
      where datname = current_database() and pid <> pg_backend_pid()`
    expect((await admin.query(left)).rows).toEqual([])
    const states = `select state from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
    expect((await admin.query(states)).rows).toEqual([{ state: 'idle' }])
  })

  it('works behind a pooler that rejects limits at connection start', async () => {
    const { proxy } = await freshProxy((first) =>
      first.includes('statement_timeout') ? errorResponse('unsupported startup parameter: statement_timeout') : null,
    )
    const stores = await openThrough(proxy.url)
    await stores.users.insert(aUser())
    expect(await Array.fromAsync(stores.dump())).toHaveLength(1)
    const reader = await openPostgresReader(proxy.url)
    expect(await Array.fromAsync(reader.dump())).toHaveLength(1)
    await reader.close()
  })
})

describe('PostgreSQL', () => {
  it('uses TLS when the URL asks for it, and only TLS [V12.3.1]', async () => {
    const { location } = await freshPostgres()
    const opening = openPostgresStores({
      url: withParameter(location, 'sslmode=verify-full'),
      poolSize: 1,
      log: logTo(),
    })
    await expect(opening).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/does not support SSL/),
    })
  })

  it('cannot be opened when read-only, and can be copied', async () => {
    const { location, open } = await freshPostgres()
    await (await open()).users.insert(aUser())
    const admin = await connectDirectly(location)
    await admin.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
    )
    const reader = await openPostgresReader(location)
    expect(await Array.fromAsync(reader.dump())).toHaveLength(1)
    await reader.close()
    await expect(openPostgresStores({ url: location, poolSize: 1, log: logTo() })).rejects.toMatchObject(unavailable)
  })

  it('reports our own bugs as bugs, not as failures of the database', async () => {
    const { open } = await freshPostgres()
    const stores = await open()
    await stores.users.insert(aUser())
    const twin = aUser({ id: 'id-of-alice', username: 'bob' })
    await expect(stores.users.insert(twin)).rejects.toMatchObject({ code: '23505' })
    await expect(stores.sessions.insert(aSession({ userId: 'nobody' }))).rejects.toMatchObject({ code: '23503' })
    await expect(stores.sessions.insert(aSession({ createdAt: 1.5 }))).rejects.toMatchObject({ code: '22P02' })
  })

  it('finds no user by a username or id with a NUL', async () => {
    const { open } = await freshPostgres()
    const { users } = await open()
    expect(await users.find('\0')).toBeNull()
    expect(await users.findByUsername('a\0b')).toBeNull()
    expect(await users.list({ ...everybody, search: '\0', limit: 9 })).toEqual([])
  })
})

/** Resolves when another connection waits for this one's lock. */
async function waitingForLock(client: pg.Client): Promise<void> {
  // Not pg_stat_activity: within a transaction it stays as first read.
  const blocked = 'select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))'
  await vi.waitUntil(async () => (await client.query(blocked)).rows.length > 0, { timeout: 20_000 })
}

/** PostgreSQL's wire message for an error, with the fields that a driver reads. */
function errorResponse(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
