// Setting the wall clock back neither ends nor prolongs a session, because the site measures ages by the monotonic
// clock.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSystemClock, days, hours, minutes } from '../../core/clock.ts'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { createSessions, type Sessions } from './sessions.ts'

const again = { authentications: ['password' as const], passwordChangedAt: null, factorsChangedAt: null }

const steps = [
  ['a minute', minutes(1)],
  ['five minutes', minutes(5)],
  ['an hour', hours(1)],
  ['a day', days(1)],
] as const

describe.each(storeNames)('a clock that is set back, on %s', (storeName) => {
  let opened: TestServices
  let sessions: Sessions

  beforeEach(async () => {
    opened = await openTestServices({}, storeName)
    await opened.addPerson('alice')
    sessions = opened.app.sessions
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  test.each(steps)('by %s neither ends a session nor prolongs it [T19]', async (_what, back) => {
    const { token } = await sessions.start('alice')
    opened.advance(minutes(9))
    opened.stepClock(-back)
    expect(await sessions.check(token)).toMatchObject({ live: true })
    opened.advance(minutes(1) - 1)
    expect(await sessions.check(token)).toMatchObject({ live: true })
    opened.advance(1)
    expect(await sessions.check(token)).toEqual({ live: false, reason: 'idle' })
  })

  test.each(steps)(
    'by %s while nobody looks lets no session back in, however late they look [T19]',
    async (_what, back) => {
      const [one, other] = [await sessions.start('alice'), await sessions.start('alice')]
      opened.advance(minutes(2))
      opened.stepClock(-back)
      opened.advance(Math.max(back - minutes(1), minutes(8)))
      expect(await sessions.touch(one.token)).toEqual({ live: false, reason: 'idle' })
      expect(await sessions.prune()).toBe(1)
      expect(await opened.app.stores.sessions.find(other.session.id)).toBeNull()
    },
  )

  test.each(steps)(
    'by %s keeps a session of somebody who is active, at the time that it is now [T19]',
    async (_what, back) => {
      const { token, session } = await sessions.start('alice')
      opened.advance(minutes(5))
      opened.stepClock(-back)
      const now = opened.app.clock()
      expect(await sessions.touch(token)).toMatchObject({ live: true })
      for (let n = 0; n < 3; n += 1) {
        opened.advance(minutes(9))
        expect(await sessions.touch(token)).toMatchObject({ live: true })
      }
      const kept = await opened.app.stores.sessions.find(session.id)
      expect(kept?.lastActivityAt).toBe(now + minutes(27))
      expect(await sessions.list('alice')).toEqual([kept])
      opened.advance(minutes(10))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'idle' })
    },
  )

  test('repeatedly, a session still ends after twelve hours [T19]', async () => {
    let { token } = await sessions.start('alice')
    for (let passed = 0; passed < hours(12) - minutes(9); passed += minutes(9)) {
      opened.advance(minutes(9))
      if (passed % hours(1) === 0) opened.stepClock(-hours(2))
      if (passed === minutes(90)) token = (await sessions.renew(token, again))?.token ?? ''
      else expect(await sessions.touch(token)).toMatchObject({ live: true })
    }
    opened.advance(minutes(9))
    expect(await sessions.touch(token)).toEqual({ live: false, reason: 'expired' })
  })

  test('keeps sessions that another instance dated wrongly for one window at most', async () => {
    const { token } = await sessions.start('alice')
    opened.advance(minutes(5))
    // This instance never met the session, and its clock was always right.
    let passed = 0
    const right = opened.app.clock() - hours(1)
    const clock = createSystemClock(
      () => right + passed,
      () => passed,
    )
    const other = createSessions({ store: opened.app.stores.sessions, limits: opened.app.settings.session, clock })
    expect(await other.prune()).toBe(0)
    expect(await other.check(token)).toMatchObject({ live: true, session: { lastActivityAt: right } })
    passed = minutes(10) - 1
    expect(await other.check(token)).toMatchObject({ live: true })
    passed = minutes(10)
    expect(await other.check(token)).toEqual({ live: false, reason: 'idle' })
  })

  test('ends a session dated further ahead than its lifetime, because its age is unknown [T19]', async () => {
    const { token } = await sessions.start('alice')
    const now = opened.app.clock() - hours(12) - 1
    const limits = opened.app.settings.session
    const restarted = createSessions({ store: opened.app.stores.sessions, limits, clock: () => now })
    expect(await restarted.check(token)).toEqual({ live: false, reason: 'idle' })
    expect(await sessions.check(token)).toEqual({ live: false, reason: 'idle' })
  })
})
