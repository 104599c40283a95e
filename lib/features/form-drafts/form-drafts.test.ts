import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { minutes } from '../../core/clock.ts'
import { openTestServices, type TestServices } from '../../services-for-test.ts'
import type { FormDrafts } from './form-drafts.ts'

const path = '/profile/edit'
const fields = { fullName: 'Zoë', bio: 'Keeps the “lamp” lit.\r\nAnd the keys.', age: '' }

describe('form drafts', () => {
  let opened: TestServices
  let kept: FormDrafts

  beforeEach(async () => {
    opened = await openTestServices()
    kept = opened.app.formDrafts
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  const keep = (bio = fields.bio) =>
    kept.keep('old', { path, tag: kept.tagFor('old', 'alice'), fields: { ...fields, bio } })
  const found = (sessionId: string) => kept.find(sessionId, path)

  test('are offered to the same user on the same page until they are forgotten', async () => {
    await keep()
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    expect(await found('old')).toBeNull()
    expect(await found('new')).toEqual(fields)
    expect(await found('new')).toEqual(fields)
    expect(await kept.find('new', '/profile')).toBeNull()
    await kept.forget('new')
    await kept.forget('new')
    expect(await found('new')).toBeNull()
  })

  test('are deleted when another user logs in', async () => {
    await keep()
    await kept.handOver('old', { sessionId: 'theirs', userId: 'bob' })
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    expect(await found('theirs')).toBeNull()
    expect(await found('new')).toBeNull()
  })

  test('are deleted when their tag is forged', async () => {
    await kept.keep('old', { path, tag: kept.tagFor('other', 'alice'), fields })
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    expect(await found('new')).toBeNull()
  })

  test('are not stored for a tag of another session', async () => {
    for (const tag of [
      '',
      'alice',
      'alice.',
      `bob.${kept.tagFor('old', 'alice').split('.')[1]}`,
      kept.tagFor('other', 'alice'),
    ])
      await kept.keep('old', { path, tag, fields })
    expect((await Array.fromAsync(opened.app.stores.dump())).filter(({ kind }) => kind === 'token')).toEqual([])
  })

  test('are limited to three per user in half an hour, independent of other users', async () => {
    const keepFor = (userId: string, n: number) =>
      kept.keep(`session ${userId} ${n}`, { path, tag: kept.tagFor(`session ${userId} ${n}`, userId), fields })
    for (let n = 0; n < 20; n += 1) await keepFor('alice', n)
    await keepFor('bob', 0)
    const tokens = (await Array.fromAsync(opened.app.stores.dump())).filter(({ kind }) => kind === 'token')
    expect(tokens).toHaveLength(4)
    expect(await found('session bob 0')).toEqual(fields)
  })

  test('are handed over again when the next session ends too', async () => {
    await keep()
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    await kept.handOver('new', { sessionId: 'newer', userId: 'alice' })
    expect(await found('newer')).toEqual(fields)
  })

  test('expire after thirty minutes', async () => {
    await keep()
    opened.advance(minutes(30))
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    expect(await found('new')).toBeNull()
  })

  test('replace an earlier one of the session; overlong ones are not stored', async () => {
    await keep('first')
    await keep('second')
    await keep('x'.repeat(30_000))
    await kept.handOver('old', { sessionId: 'new', userId: 'alice' })
    expect(await found('new')).toMatchObject({ bio: 'second' })
  })
})
