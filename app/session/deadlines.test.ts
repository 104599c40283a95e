import { describe, expect, test } from 'vitest'
import { type Deadlines, type Limits, phaseAt, spokenAt, untilNextTold } from './deadlines.ts'

const second = 1000
const limits: Limits = { idleMs: 600 * second, maxMs: 43_200 * second }
const far = 43_200 * second

function idleIn(ms: number): Deadlines {
  return { idleDeadline: 1_000_000 + ms, absoluteDeadline: 1_000_000 + far, now: 1_000_000 }
}

describe('a window of ten minutes', () => {
  test.each([
    [479_999, 'quiet'],
    [480_000, 'warning'],
    [599_999, 'warning'],
    [600_000, 'over'],
  ])('after %i ms is in the phase %s', (elapsed, phase) => {
    expect(phaseAt(idleIn(600 * second), elapsed, limits)).toMatchObject({ phase, limit: 'idle' })
  })
})

test('a fifth of a shorter window is the warning', () => {
  const short = { ...limits, idleMs: 60 * second }
  expect(phaseAt(idleIn(60 * second), 47_999, short).phase).toBe('quiet')
  expect(phaseAt(idleIn(60 * second), 48_000, short).phase).toBe('warning')
})

test('the shown time changes every minute, near the end every second, and with the warning', () => {
  const next = (left: number, idleMs: number) => untilNextTold(phaseAt(idleIn(left), 0, { ...limits, idleMs }))
  expect(next(600 * second, 600 * second)).toBe(60 * second)
  expect(next(599 * second, 600 * second)).toBe(59 * second)
  expect(next(125 * second, 600 * second)).toBe(5 * second)
  expect(next(90 * second, 90 * second)).toBe(second)
  expect(next(30_500, 90 * second)).toBe(500)
  expect(next(18_200, 90 * second)).toBe(200)
})

test('the absolute end is named when it comes first, or together with the other', () => {
  const deadlines = { idleDeadline: 600 * second, absoluteDeadline: 600 * second, now: 0 }
  expect(phaseAt(deadlines, 0, limits).limit).toBe('absolute')
})

test('the spoken time changes only at 120, 60, 30 and 10 seconds', () => {
  const changes: number[] = []
  let latest = 0
  for (let left = 120 * second; left > 0; left -= 100) {
    const spoken = spokenAt(left, 120 * second)
    if (spoken !== latest) changes.push(left / second)
    latest = spoken
  }
  expect(changes).toEqual([120, 60, 30, 10])
})

test('a warning that opens late says the time that is left, not a longer one', () => {
  expect(spokenAt(75 * second, 75 * second)).toBe(75)
  expect(spokenAt(61 * second, 75 * second)).toBe(75)
  expect(spokenAt(60 * second, 75 * second)).toBe(60)
})
