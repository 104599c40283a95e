import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { minutes } from '../clock.ts'
import { openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import type { Act, InterruptedActs } from './interrupted-acts.ts'

const endOne: Act = { name: 'end-session', fields: { id: 'of-the-other' } }
const endOthers: Act = { name: 'end-other-sessions', fields: {} }

describe.each(storeNames)('interrupted acts on %s', (storeName) => {
  let opened: TestServices
  let acts: InterruptedActs

  beforeEach(async () => {
    opened = await openTestServices({}, storeName)
    acts = opened.app.interruptedActs
  })

  afterEach(() => opened[Symbol.asyncDispose]())

  test('an act is shown as often as asked and taken once, by one of twenty who ask at once', async () => {
    const handle = await acts.keep('session', endOne)
    expect(await acts.find('session', handle)).toEqual(endOne)
    expect(await acts.find('session', handle)).toEqual(endOne)
    const answers = await Promise.all(Array.from({ length: 20 }, () => acts.take('session', handle)))
    expect(answers.filter((act) => act !== null)).toEqual([endOne])
    expect(await acts.find('session', handle)).toBeNull()
  })

  test('an act is of no use to another session, nor under another handle [V8.2.2]', async () => {
    const handle = await acts.keep('session', endOne)
    expect(await acts.find('thief', handle)).toBeNull()
    expect(await acts.take('thief', handle)).toBeNull()
    expect(await acts.take('session', 'made up')).toBeNull()
    expect(await acts.take('session', handle)).toEqual(endOne)
  })

  test('a session keeps the last act alone, and the handle of the one before is not good for it', async () => {
    const first = await acts.keep('session', endOne)
    const second = await acts.keep('session', endOthers)
    expect(await acts.take('session', first)).toBeNull()
    expect(await acts.take('session', second)).toEqual(endOthers)
  })

  test('an act lapses after ten minutes and makes room for the next', async () => {
    const lapsing = await acts.keep('session', endOne)
    opened.advance(minutes(10) - 1)
    expect(await acts.find('session', lapsing)).toEqual(endOne)
    opened.advance(1)
    expect(await acts.find('session', lapsing)).toBeNull()
    expect(await acts.take('session', lapsing)).toBeNull()
    expect(await acts.take('session', await acts.keep('session', endOthers))).toEqual(endOthers)
  })

  test('the store holds no handle, and an act that this version does not know is none', async () => {
    const handle = await acts.keep('session', endOne)
    const stored = await Array.fromAsync(opened.app.stores.dump())
    expect(stored.filter(({ kind }) => kind === 'token')).toHaveLength(1)
    expect(JSON.stringify(stored)).not.toContain(handle)

    const later = { name: 'constructor', fields: {} } as unknown as Act
    expect(await acts.take('session', await acts.keep('session', later))).toBeNull()
  })
})
