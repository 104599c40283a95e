import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../../core/clock.ts'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import type { SessionStore } from '../../stores/types.ts'
import { createSessions, type Sessions } from './sessions.ts'

const again = { authentications: ['password' as const], passwordChangedAt: null, factorsChangedAt: null }

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
    test('returns a token of 256 bits that no store holds [V7.2.2, V7.2.3]', async () => {
      const { token, session } = await sessions.start('alice')
      expect(Buffer.from(token, 'base64url')).toHaveLength(32)
      expect(session).toMatchObject({ userId: 'alice', lastActivityAt: session.createdAt })
      expect(JSON.stringify(await store.listByUser('alice'))).not.toContain(token)
    })

    test('stores the part of the User-Agent that every store accepts', async () => {
      const userAgent = `Test\0/1.0 ${'x'.repeat(389)}😀`
      const { session } = await sessions.start('alice', { userAgent, address: '2001:db8::7' })
      expect((await store.find(session.id))?.userAgent).toBe(`Test/1.0 ${'x'.repeat(389)}`)
    })
  })

  describe('check', () => {
    test('does not extend the window [T19]', async () => {
      const { token } = await sessions.start('alice')
      advance(minutes(9))
      expect(await sessions.check(token)).toMatchObject({ live: true })
      advance(minutes(1))
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'idle' })
    })

    test('ends a dead session once and keeps reporting the reason [V7.4.1]', async () => {
      const { token, session } = await sessions.start('alice')
      advance(seconds(600))
      const answers = await Promise.all(Array.from({ length: 50 }, () => sessions.check(token)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
        new Set([JSON.stringify({ live: false, reason: 'idle' })]),
      )
      expect(await store.find(session.id)).toBeNull()
    })

    test('reports an unknown token as unknown', async () => {
      expect(await sessions.check('never')).toEqual({ live: false, reason: null })
    })
  })

  describe('a late answer of the store', () => {
    test.each(['check', 'touch'] as const)('finds a session live that was used meanwhile: %s', async (question) => {
      const { token, session } = await sessions.start('alice')
      const actMeanwhile = async () => {
        advance(minutes(5))
        await sessions.touch(token)
      }
      const slow = { ...store, find: late(store.find), touch: late(store.touch) }
      function late<Answer>(ask: (id: string, ...rest: never[]) => Promise<Answer>) {
        return async (id: string, ...rest: never[]) => {
          await actMeanwhile()
          return ask(id, ...rest)
        }
      }
      const limits = opened.app.settings.session
      const slowed = createSessions({ store: slow as SessionStore, limits, clock: opened.app.clock })
      expect(await slowed[question](token)).toMatchObject({ live: true, session: { id: session.id } })
      expect(await sessions.check(token)).toMatchObject({ live: true })
    })
  })

  describe('touch', () => {
    test('keeps a user logged in who acts every 9 minutes 59 until twelve hours are over [V7.3.1, V7.3.2, T19]', async () => {
      const { token } = await sessions.start('alice')
      for (let elapsed = seconds(599); elapsed < hours(12); elapsed += seconds(599)) {
        advance(seconds(599))
        expect(await sessions.touch(token)).toMatchObject({ live: true })
      }
      advance(seconds(599))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'expired' })
    })

    test('ends the session at exactly 600 s [V7.3.1, T19]', async () => {
      const { token } = await sessions.start('alice')
      advance(seconds(600))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'idle' })
    })
  })

  describe('renew', () => {
    test('continues under a new token with a new proof time and the old lifetime, and voids the old token [V7.2.4, T16]', async () => {
      const { token, session } = await sessions.start('alice', { userAgent: 'Test/1.0', address: '2001:db8::7' })
      advance(minutes(9))
      const renewed = await sessions.renew(token, again)
      expect(renewed?.session).toEqual({
        ...session,
        id: expect.not.stringMatching(session.id),
        lastActivityAt: session.createdAt + minutes(9),
        provedAt: session.createdAt + minutes(9),
        passwordChangedAt: null,
      })
      expect(await sessions.check(renewed?.token ?? '')).toMatchObject({ live: true })
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'ended' })
    })

    test('returns null for an ended or unknown session', async () => {
      const { token } = await sessions.start('idle')
      advance(minutes(10))
      expect(await sessions.renew(token, again)).toBeNull()
      expect(await sessions.renew('never', again)).toBeNull()
      expect(await sessions.list('idle')).toEqual([])
    })

    test('returns one new token to twenty concurrent requests [T20]', async () => {
      const { token } = await sessions.start('alice')
      const answers = await Promise.all(Array.from({ length: 20 }, () => sessions.renew(token, again)))
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
      expect(await sessions.list('alice')).toHaveLength(1)
    })

    test('never outlives a concurrent log-out or password change: 200 interleavings [T18, T20]', async () => {
      for (let round = 0; round < 200; round += 1) {
        const { token } = await sessions.start('busy')
        const end = () =>
          round % 2 === 0 ? sessions.end(token, 'signed-out') : sessions.endOthers('busy', '', 'password-changed')
        const acts: (() => Promise<unknown>)[] = [() => sessions.renew(token, again), end]
        if (round % 4 > 1) acts.reverse()
        const [first, second] = acts.map((act) => act())
        const [renewed] = (await Promise.all([first, second])).filter(
          (answer) => answer !== null && typeof answer === 'object',
        )
        const wasFirst = renewed !== undefined
        // A log-out only knows the old token. A session renewed before it continues under the new one.
        if (round % 2 === 0 && wasFirst) await sessions.endOthers('busy', '', 'ended')
        expect(await sessions.list('busy')).toEqual([])
      }
    })
  })

  describe('endOthers', () => {
    test('ends all other sessions of the user with the reason, and of no other user [V7.4.3]', async () => {
      const here = await sessions.start('many')
      const others = await Promise.all([1, 2, 3].map(() => sessions.start('many')))
      const somebody = await sessions.start('alice')
      expect(await sessions.endOthers('many', here.session.id, 'password-changed')).toBe(3)
      for (const { token } of others) {
        expect(await sessions.check(token)).toEqual({ live: false, reason: 'password-changed' })
      }
      expect(await sessions.list('many')).toEqual([here.session])
      expect(await sessions.check(somebody.token)).toMatchObject({ live: true })
    })
  })

  describe('endOne', () => {
    test('lets only the owner end a session [V7.5.2, V8.2.2]', async () => {
      const { token, session } = await sessions.start('alice')
      expect(await sessions.endOne('busy', session.id)).toBe(false)
      expect(await sessions.check(token)).toMatchObject({ live: true })
      expect(await sessions.endOne('alice', session.id)).toBe(true)
      expect(await sessions.endOne('alice', session.id)).toBe(false)
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'ended' })
    })
  })

  describe('list', () => {
    test('returns the live sessions, the last active first', async () => {
      await sessions.start('many')
      advance(minutes(9))
      const second = await sessions.start('many')
      const third = await sessions.start('many')
      advance(minutes(1))
      await sessions.touch(second.token)
      expect((await sessions.list('many')).map(({ id }) => id)).toEqual([second.session.id, third.session.id])
    })
  })

  describe('hasRecentAuthentication', () => {
    test('expires ten minutes after the proof, whatever the user browsed [V7.5.1]', async () => {
      const { token, session } = await sessions.start('alice')
      advance(minutes(9.9))
      const touched = await sessions.touch(token)
      expect(touched).toMatchObject({ live: true, session: { provedAt: session.provedAt } })
      expect(sessions.hasRecentAuthentication(session)).toBe(true)
      expect(sessions.hasRecentAuthentication(session, minutes(5))).toBe(false)
      advance(minutes(0.1))
      expect(sessions.hasRecentAuthentication(session)).toBe(false)
      expect(sessions.hasRecentAuthentication({ ...session, provedAt: 0 })).toBe(false)
    })
  })

  describe('end', () => {
    test('takes effect at once, is idempotent and keeps the first reason', async () => {
      const { token } = await sessions.start('alice')
      await sessions.end(token, 'password-changed')
      await sessions.end(token, 'signed-out')
      expect(await sessions.check(token)).toEqual({ live: false, reason: 'password-changed' })
    })
  })

  describe('prune', () => {
    test('ends every dead session with its reason, keeps live ones and forgets old reasons', async () => {
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
      expect(await sessions.prune()).toBe(2)
      expect(await sessions.check(idle.token)).toEqual({ live: false, reason: 'idle' })
      expect(await sessions.check(busy.token)).toEqual({ live: false, reason: 'expired' })
      expect(await sessions.check(live.token)).toMatchObject({ live: true })

      advance(hours(12) + 1)
      await sessions.prune()
      expect(await sessions.check(idle.token)).toEqual({ live: false, reason: null })
    })

    test('handles more dead sessions than one batch', async () => {
      // More than one user can have.
      const { session } = await sessions.start('many')
      await Promise.all(Array.from({ length: 1200 }, (_, n) => store.insert({ ...session, id: `many-${n}` })))
      advance(minutes(10))
      expect(await sessions.prune()).toBe(1201)
      expect(await store.listByUser('many')).toEqual([])
    })
  })
})
