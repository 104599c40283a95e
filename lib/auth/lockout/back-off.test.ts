import { describe, expect, test } from 'vitest'
import { days, minutes, seconds } from '../../core/clock.ts'
import { freeFailures, longestWaitMs, mostFailures, waitAfter, waitLeft } from './back-off.ts'

describe('waitAfter', () => {
  test('is zero for five failures, then doubles from a second to a quarter of an hour [V6.1.1]', () => {
    const waits = Array.from({ length: 18 }, (_, count) => waitAfter(count) / 1000)
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
    expect(waitAfter(10_000)).toBe(minutes(15))
    expect({ freeFailures, longestWaitMs, mostFailures }).toEqual({
      freeFailures: 5,
      longestWaitMs: minutes(15),
      mostFailures: 100,
    })
  })
})

describe('waitLeft', () => {
  const six = { count: 6, lastAt: 100_000 }

  test.each([
    [0, 2000],
    [1, 1999],
    [1999, 1],
    [2000, 0],
    [9000, 0],
  ])('%i ms after a failure that costs two seconds is %i ms', (passed, left) => {
    expect(waitLeft(six, six.lastAt + passed)).toBe(left)
  })

  test('never exceeds the rule when two clocks differ by up to a minute', () => {
    expect(waitLeft(six, six.lastAt - seconds(60))).toBe(seconds(2))
  })

  test.each([minutes(1) + 1, minutes(60), days(30)])(
    'is zero when the failure is dated %i ms in the future',
    (ahead) => {
      expect(waitLeft(six, six.lastAt - ahead)).toBe(0)
    },
  )
})
