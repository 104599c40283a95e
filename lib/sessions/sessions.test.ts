import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../clock.ts'
import { openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import type { SessionStore } from '../stores/types.ts'
import type { Sessions } from './sessions.ts'

describe.each(storeNames)('sessions on %s', (storeName) => {
  let opened: TestServices
  let sessions: Sessions
  let store: SessionStore
  let advance: TestServices['advance']

  beforeEach(async () => {
    opened = await openTestServices({}, storeName)
    for (const name of ['alice', 'idle', 'busy', 'live', 'many']) await opened.addPerson(name)
    sessions = opened.app.sessions
    store = opened.app.stores.sessions
    advance = opened.advance
  })

  afterEach(() => opened[Symbol.asyncDispose]())

  describe('start', () => {
    test('gives a token of 256 bits that is stored nowhere', async () => {
      const { token, session } = await sessions.start('alice')
      expect(Buffer.from(token, 'base64url')).toHaveLength(32)
      expect(session).toMatchObject({ userId: 'alice', lastActivityAt: session.createdAt })
      expect(JSON.stringify(await store.listByUser('alice'))).not.toContain(token)
    })
  })

  describe('check', () => {
    test('does not slide the window', async () => {
      const { token } = await sessions.start('alice')
      advance(minutes(9))
      expect(await sessions.check(token)).toMatchObject({ live: true })
      advance(minutes(1))
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'idle' })
    })

    test('ends what it finds dead, once, and keeps saying why', async () => {
      const { token, session } = await sessions.start('alice')
      advance(seconds(600))
      const answers = await Promise.all(Array.from({ length: 50 }, () => sessions.check(token)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
        new Set([JSON.stringify({ live: false, reason: 'idle' })]),
      )
      expect(await store.find(session.id)).toBeNull()
    })

    test('knows nothing of a token that never was', async () => {
      expect(await sessions.check('never')).toEqual({ live: false, reason: null })
    })
  })

  describe('touch', () => {
    test('keeps a person in who acts every 9 minutes 59, until twelve hours are over', async () => {
      const { token } = await sessions.start('alice')
      for (let elapsed = seconds(599); elapsed < hours(12); elapsed += seconds(599)) {
        advance(seconds(599))
        expect(await sessions.touch(token)).toMatchObject({ live: true })
      }
      advance(seconds(599))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'expired' })
    })

    test('is a moment too late at 600 s', async () => {
      const { token } = await sessions.start('alice')
      advance(seconds(600))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'idle' })
    })

    test('never brings back a session that ends at the same moment: 200 interleavings', async () => {
      for (let round = 0; round < 200; round += 1) {
        const { token } = await sessions.start('alice')
        const acts = [() => sessions.touch(token), () => sessions.end(token, 'signed-out'), () => sessions.touch(token)]
        await Promise.all(
          acts
            .slice(round % 3)
            .concat(acts.slice(0, round % 3))
            .map((act) => act()),
        )
        expect(await sessions.touch(token)).toEqual({ live: false, reason: 'signed-out' })
      }
    })
  })

  describe('end', () => {
    test('is done at once, twice is once, and the first reason stays', async () => {
      const { token } = await sessions.start('alice')
      await sessions.end(token, 'password-changed')
      await sessions.end(token, 'signed-out')
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'password-changed' })
    })
  })

  describe('sweep', () => {
    test('ends every dead session with its own reason, leaves the live ones, and forgets old reasons', async () => {
      const idle = await sessions.start('idle')
      const busy = await sessions.start('busy')
      for (let step = 0; step < 72; step += 1) {
        advance(minutes(9.9))
        await sessions.touch(busy.token)
      }
      const live = await sessions.start('live')
      advance(minutes(8))
      await sessions.touch(live.token)
      advance(minutes(5))
      expect(await sessions.sweep()).toBe(2)
      expect(await sessions.check(idle.token)).toEqual({ live: false, reason: 'idle' })
      expect(await sessions.check(busy.token)).toEqual({ live: false, reason: 'expired' })
      expect(await sessions.check(live.token)).toMatchObject({ live: true })

      advance(hours(12) + 1)
      await sessions.sweep()
      expect(await sessions.check(idle.token)).toEqual({ live: false, reason: null })
    })

    test('goes through more dead sessions than one batch', async () => {
      const started = await Promise.all(Array.from({ length: 1201 }, () => sessions.start('many')))
      advance(minutes(10))
      expect(await sessions.sweep()).toBe(started.length)
      expect(await store.listByUser('many')).toEqual([])
    })
  })
})
