import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { aSession, aToken, aUser, everybody, recordsOf } from '#lib/stores/contract/samples.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { openPostgresStores } from './open.ts'
import { bothKinds, execute, freshPostgres, freshSqlite, logTo } from './stores-for-test.ts'

describe.each(bothKinds)('copying out of %s', (_, fresh) => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, n): StoredRecord => ({ kind: 'user', record: aUser({ username: `user-${n}` }) }))

  it('is a snapshot, whatever others write meanwhile', async () => {
    const { open } = await fresh()
    const stores = await open()
    await stores.replaceAll(recordsOf(people(1_500)))
    const seen: string[] = []
    for await (const { record } of stores.dump()) {
      if (seen.length === 0) {
        await stores.users.insert(aUser({ username: 'zoe' }))
        await stores.sessions.insert(aSession({ userId: 'id-of-zoe' }))
        await stores.users.changeStanding('id-of-user-1499', { role: 'admin' })
      }
      seen.push('role' in record ? `${record.id} ${record.role}` : record.id)
    }
    expect(seen).toHaveLength(1_500)
    expect(seen).toContain('id-of-user-1499 member')
    expect(await Array.fromAsync(stores.dump())).toHaveLength(1_502)
  })

  it('returns every kind in bytewise order of the ids', async () => {
    const { open } = await fresh()
    const stores = await open()
    const ids = ['b', 'B', 'a', '_', 'ä', '-', '', '\u{10FFFF}', '\uFFFF', '1', '10', '2']
    await stores.replaceAll(
      recordsOf(ids.map((id) => ({ kind: 'user', record: aUser({ id, username: `name ${id}` }) }))),
    )
    const found = (await Array.fromAsync(stores.dump())).map(({ record }) => record.id)
    expect(found).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  it('releases everything when the caller stops early', async () => {
    const { open } = await fresh()
    const stores = await open()
    await stores.replaceAll(recordsOf(people(1_500)))
    for await (const { kind } of stores.dump()) {
      expect(kind).toBe('user')
      break
    }
    await stores.replaceAll(recordsOf([]))
    expect(await Array.fromAsync(stores.dump())).toEqual([])
  })

  it('copies everything to the other kind of database and back', async () => {
    const [there, back] = [await (await freshSqlite()).open(), await (await freshPostgres()).open()]
    const { open } = await fresh()
    const stores = await open()
    const everything: StoredRecord[] = [
      ...people(1_100),
      { kind: 'session', record: aSession({ userId: 'id-of-user-7' }) },
      { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 4 } },
      { kind: 'token', record: aToken() },
    ]
    await stores.replaceAll(recordsOf(everything))
    await there.replaceAll(stores.dump())
    await back.replaceAll(there.dump())
    expect(await Array.fromAsync(back.dump())).toEqual(await Array.fromAsync(stores.dump()))
    expect(await back.sessions.find('session-1')).toEqual(aSession({ userId: 'id-of-user-7' }))
  })
})

describe.each(bothKinds)('a row in %s that cannot be right', (_, fresh) => {
  it('stops the copy, which names it', async () => {
    const { location, open } = await fresh()
    const stores = await open()
    await stores.users.insert(aUser())
    await stores.users.insert(aUser({ username: 'bob' }))
    await execute(location, `update users set role = 'king' where username = 'bob'`)
    await expect(Array.fromAsync(stores.dump())).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/a row in users that cannot be right, with the id "id-of-bob" \(role: /),
    })
    expect(await stores.users.findByUsername('alice')).toEqual(aUser())
  })
})

const userOf = (username: string): StoredRecord => ({ kind: 'user', record: aUser({ username }) })

it('during a replacement, writers wait and find the new content, and readers do not wait', async () => {
  const { location, open } = await freshPostgres()
  // Its own limits are five seconds, which a busy machine may need before the replacement goes on.
  const patient = `${location}?statement_timeout=60000&query_timeout=60000`
  const [stores, server] = [await open(), await openPostgresStores({ url: patient, poolSize: 2, log: logTo([]) })]
  onTestFinished(() => server.close())
  await stores.users.insert(aUser({ username: 'before' }))
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  async function* held(): AsyncGenerator<StoredRecord> {
    begun.resolve()
    await gate.promise
    yield* recordsOf([userOf('alice'), userOf('bob')])
  }
  const replaced = stores.replaceAll(held())
  await begun.promise
  const signedUp = server.users.insert(aUser({ username: 'alice', id: 'another' }))
  await vi.waitUntil(async () => (await countWaiting(location)) === 1, { timeout: 20_000 })
  // A killed command, and the one that was run after it, while the first still commits.
  const replacedAgain = server.replaceAll(recordsOf([userOf('bob'), userOf('carol')]))
  await vi.waitUntil(async () => (await countWaiting(location)) === 2, { timeout: 20_000 })
  expect(await server.users.findByUsername('before')).toMatchObject({ username: 'before' })

  gate.resolve()
  await replaced
  expect(await signedUp).toBe('username_taken')
  await replacedAgain
  const names = (await server.users.list({ ...everybody, limit: 9 })).map(({ username }) => username)
  expect(names).toEqual(['bob', 'carol'])
})

async function countWaiting(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const waiting = await client.query(
    "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  )
  return waiting.rows.length
}
