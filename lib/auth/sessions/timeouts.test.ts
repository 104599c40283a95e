import { describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../../core/clock.ts'
import { isLive } from '../../stores/types.ts'
import { deadlines, liveBounds, touchBounds, whyDead } from './timeouts.ts'

const limits = { idleMs: minutes(10), maxMs: hours(12) }
const start = Date.UTC(2026, 0, 1)
const startedAt = (createdAt: number, lastActivityAt = createdAt) => ({ createdAt, lastActivityAt })

describe('isLive', () => {
  test.each([
    ['at once', 0, true],
    ['after 599.999 s', minutes(10) - 1, true],
    ['at 600 s exactly', minutes(10), false],
    ['after 600.001 s', minutes(10) + 1, false],
  ])('says of a session without activity, %s: %s ms → %s [V7.3.1, T19]', (_when, elapsed, live) => {
    expect(isLive(startedAt(start), liveBounds(limits, start + elapsed))).toBe(live)
  })

  test.each([
    ['1 ms before twelve hours', hours(12) - 1, true],
    ['at twelve hours exactly', hours(12), false],
  ])('ends a busy session %s [V7.3.2, T19]', (_when, elapsed, live) => {
    const now = start + elapsed
    expect(isLive(startedAt(start, now), liveBounds(limits, now))).toBe(live)
  })

  test('accepts times of a clock slightly ahead and none from the far future [T19]', () => {
    const bounds = liveBounds(limits, start)
    expect(isLive(startedAt(start + seconds(60)), bounds)).toBe(true)
    expect(isLive(startedAt(start + seconds(61)), bounds)).toBe(false)
    expect(isLive(startedAt(start, start + hours(24)), bounds)).toBe(false)
  })
})

describe('whyDead', () => {
  test('names the limit that was reached first', () => {
    expect(whyDead(startedAt(start), limits)).toBe('idle')
    expect(whyDead(startedAt(start, start + hours(11.9)), limits)).toBe('expired')
  })
})

describe('deadlines', () => {
  test('never exceeds the absolute lifetime', () => {
    expect(deadlines(startedAt(start), limits)).toEqual({
      idleDeadline: start + minutes(10),
      absoluteDeadline: start + hours(12),
    })
    expect(deadlines(startedAt(start, start + hours(12) - 1), limits).idleDeadline).toBe(start + hours(12))
  })
})

describe('touchBounds', () => {
  test.each([
    ['5 s of the ten minutes', minutes(10), seconds(5)],
    ['never more than 5 s', hours(24), seconds(5)],
    ['little of a short window, so that nobody active is cut off', seconds(6), 50],
  ])('merges acts within %s', (_what, idleMs, mergeMs) => {
    const { recentAfter, ...bounds } = touchBounds({ ...limits, idleMs }, start)
    expect(recentAfter).toBe(start - mergeMs)
    expect(bounds).toEqual(liveBounds({ ...limits, idleMs }, start))
  })
})
