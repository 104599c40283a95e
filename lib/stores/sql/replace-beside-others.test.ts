import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'

import { aUser, recordsOf } from '#lib/stores/contract/samples.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { freshPostgres } from './stores-for-test.ts'

const userOf = (username: string): StoredRecord => ({ kind: 'user', record: aUser({ username }) })

test('who writes while everything is replaced waits, and finds the new content; who reads does not wait', async () => {
  const { location, open } = await freshPostgres()
  const [stores, server] = [await open(), await open()]
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
  await vi.waitUntil(async () => (await countWaiting(location)) === 1)
  // A command that was killed, and the one that was run after it, while the first is still committing.
  const replacedAgain = server.replaceAll(recordsOf([userOf('bob'), userOf('carol')]))
  await vi.waitUntil(async () => (await countWaiting(location)) === 2)
  expect(await server.users.findByUsername('before')).toMatchObject({ username: 'before' })

  gate.resolve()
  await replaced
  expect(await signedUp).toBe('username_taken')
  await replacedAgain
  const names = (await server.users.list({ search: '', after: '', limit: 9 })).map(({ username }) => username)
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
