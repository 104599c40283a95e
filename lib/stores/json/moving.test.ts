import { setImmediate as nextTurn } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { aSession, aToken, aUser, recordsOf } from '#lib/stores/contract/samples.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { freshFolder } from './folder-for-test.ts'

const always = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }

const alice: StoredRecord = { kind: 'user', record: aUser() }
const bob: StoredRecord = { kind: 'user', record: aUser({ username: 'bob' }) }
const session: StoredRecord = { kind: 'session', record: aSession() }
const token: StoredRecord = { kind: 'token', record: aToken() }

it('dumps a snapshot, whatever changes during the dump', async () => {
  const stores = await (await freshFolder()).open()
  await stores.replaceAll(recordsOf([alice, bob, session, token]))
  const dump = stores.dump()[Symbol.asyncIterator]()
  expect((await dump.next()).value).toEqual(alice)
  await stores.users.changeStanding('id-of-bob', { role: 'guest' })
  await stores.users.insert(aUser({ username: 'carol' }))
  await stores.sessions.touch('session-1', 9_000, always)
  await stores.sessions.insert(aSession({ id: 'session-2' }))
  await stores.tokens.take('token-1', 'reset-password', 2_000)
  expect(await Array.fromAsync({ [Symbol.asyncIterator]: () => dump })).toEqual([bob, session, token])
})

it('dumps only what is on disk', async () => {
  const stores = await (await freshFolder()).open()
  await stores.replaceAll(recordsOf([alice]))
  const writing = Promise.all([
    stores.users.insert(aUser({ username: 'bob' })),
    stores.sessions.insert(aSession()),
    stores.tokens.put(aToken()),
  ])
  // Memory shows it as soon as its commit starts.
  while ((await stores.sessions.find('session-1')) === null) await nextTurn()
  const found = await Array.fromAsync(stores.dump())
  await writing
  expect(found).toEqual([alice])
  expect(await Array.fromAsync(stores.dump())).toEqual([alice, bob, session, token])
})

it('yields to the event loop during dump and replacement', async () => {
  const stores = await (await freshFolder()).open()
  const people = Array.from({ length: 3_000 }, (_, n) => aUser({ username: `user-${n}` }))
  const taking = stores.replaceAll(recordsOf(people.map((record) => ({ kind: 'user', record }))))
  expect(await turnsDuring(taking)).toBeGreaterThan(5)
  expect(await turnsDuring(Array.fromAsync(stores.dump()))).toBeGreaterThan(5)
})

describe('takes nothing in, and keeps what it held, when a source has', () => {
  const ended: StoredRecord = { kind: 'ended', record: { id: 'session-1', reason: 'idle', at: 3_000 } }
  const wrong: [what: string, records: StoredRecord[]][] = [
    ['a session of nobody', [session]],
    ['a session before its person', [session, alice]],
    ['one id twice among people', [alice, { kind: 'user', record: aUser({ username: 'bob', id: 'id-of-alice' }) }]],
    ['one id twice among sessions', [alice, session, session]],
    ['one id twice among ended sessions', [ended, ended]],
    ['a session that has ended', [alice, ended, session]],
    ['an end of a session that goes on', [alice, session, ended]],
    ['one id twice among tokens', [token, { kind: 'token', record: aToken({ subject: 'id-of-bob' }) }]],
    ['two tokens for the same', [token, { kind: 'token', record: aToken({ id: 'token-2' }) }]],
    ['a time that is none', [{ kind: 'user', record: { ...aUser(), createdAt: 0.5 } }]],
  ]
  for (const [what, records] of wrong) {
    it(what, async () => {
      const folder = await freshFolder()
      const stores = await folder.open()
      await stores.replaceAll(recordsOf([bob]))
      const asWritten = await folder.read('users.json')
      await expect(stores.replaceAll(recordsOf(records))).rejects.toThrow()
      expect(await Array.fromAsync(stores.dump())).toEqual([bob])
      expect(await folder.read('users.json')).toBe(asWritten)
    })
  }
})

async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let isOver = false
  const over = work.finally(() => {
    isOver = true
  })
  let turns = 0
  while (!isOver) {
    await nextTurn()
    turns++
  }
  await over
  return turns
}
