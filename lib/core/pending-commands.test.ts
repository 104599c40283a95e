import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { minutes } from './clock.ts'
import type { PendingCommand, PendingCommands } from './pending-commands.ts'

const endOne: PendingCommand = { name: 'sessions.end', input: { id: 'of-the-other' } }
const endOthers: PendingCommand = { name: 'sessions.end-others', input: {} }

describe.each(storeNames)('pending commands on %s', (storeName) => {
  let opened: TestServices
  let pending: PendingCommands

  beforeEach(async () => {
    opened = await openTestServices({}, storeName)
    pending = opened.app.pendingCommands
  })

  afterEach(() => opened[Symbol.asyncDispose]())

  test('finds a command repeatedly and gives it to one of twenty parallel takers', async () => {
    const handle = await pending.keep('session', endOne)
    expect(await pending.find('session', handle)).toEqual(endOne)
    expect(await pending.find('session', handle)).toEqual(endOne)
    const answers = await Promise.all(Array.from({ length: 20 }, () => pending.take('session', handle)))
    expect(answers.filter((taken) => taken !== null)).toEqual([endOne])
    expect(await pending.find('session', handle)).toBeNull()
  })

  test('rejects another session and another handle [V8.2.2]', async () => {
    const handle = await pending.keep('session', endOne)
    expect(await pending.find('thief', handle)).toBeNull()
    expect(await pending.take('thief', handle)).toBeNull()
    expect(await pending.take('session', 'made up')).toBeNull()
    expect(await pending.take('session', handle)).toEqual(endOne)
  })

  test('keeps the last command of a session and voids the handle of the one before', async () => {
    const first = await pending.keep('session', endOne)
    const second = await pending.keep('session', endOthers)
    expect(await pending.take('session', first)).toBeNull()
    expect(await pending.take('session', second)).toEqual(endOthers)
  })

  test('drops a command after ten minutes', async () => {
    const lapsing = await pending.keep('session', endOne)
    opened.advance(minutes(10) - 1)
    expect(await pending.find('session', lapsing)).toEqual(endOne)
    opened.advance(1)
    expect(await pending.find('session', lapsing)).toBeNull()
    expect(await pending.take('session', lapsing)).toBeNull()
    expect(await pending.take('session', await pending.keep('session', endOthers))).toEqual(endOthers)
  })

  test('stores no handle, and finds nothing in the form of earlier versions', async () => {
    const handle = await pending.keep('session', endOne)
    const records = async () =>
      (await Array.fromAsync(opened.app.stores.dump())).flatMap(({ kind, record }) =>
        kind === 'token' ? [record] : [],
      )
    const [stored, ...others] = await records()
    expect(others).toEqual([])
    expect(JSON.stringify(stored)).not.toContain(handle)

    if (stored === undefined) throw new Error('nothing is stored')
    await opened.app.stores.tokens.put({ ...stored, detail: '{"name":"resume","fields":{"id":"bob"}}' })
    expect(await pending.take('session', handle)).toBeNull()
  })
})
