import { expect, test } from 'vitest'
import { createSystemClock, days, hours, minutes, seconds } from './clock.ts'

function clockOf(times: { wall: number; monotonic: number }) {
  const clock = createSystemClock(
    () => times.wall,
    () => times.monotonic,
  )
  const steps: number[] = []
  clock.onStepBack((ms) => steps.push(ms))
  const pass = (ms: number) => {
    times.wall += ms
    times.monotonic += ms
  }
  return { clock, steps, pass }
}

test('follows the wall clock', () => {
  const times = { wall: 1_000_000, monotonic: 0 }
  const { clock, pass } = clockOf(times)
  pass(seconds(7))
  expect(clock()).toBe(1_007_000)
})

test.each([
  ['two seconds', seconds(2)],
  ['an hour', hours(1)],
  ['a day', days(1)],
])('follows a wall clock set back by %s, and reports it once', (_what, back) => {
  const times = { wall: days(10), monotonic: 0 }
  const { clock, steps, pass } = clockOf(times)
  pass(seconds(5))
  times.wall -= back
  for (let reading = 0; reading < 1000; reading += 1) {
    pass(0.5)
    clock()
  }
  expect(clock()).toBe(days(10) + seconds(5) - back + 500)
  expect(steps).toEqual([back])
})

test('reports a step back between two reads, and each later step', () => {
  const times = { wall: days(10), monotonic: 0 }
  const { clock, steps, pass } = clockOf(times)
  times.wall -= minutes(3)
  pass(minutes(5))
  expect(clock()).toBe(days(10) + minutes(2))
  times.wall -= hours(1)
  clock()
  expect(steps).toEqual([minutes(3), hours(1)])
})

test('stands still instead of going back by less than a second', () => {
  const times = { wall: days(10), monotonic: 0 }
  const { clock, steps, pass } = clockOf(times)
  times.wall -= 900
  pass(300)
  expect(clock()).toBe(days(10))
  pass(700)
  expect(clock()).toBe(days(10) + 100)
  expect(steps).toEqual([])
})

test('follows a wall clock that jumps ahead, as after sleep, and back', () => {
  const times = { wall: 0, monotonic: 0 }
  const { clock, pass } = clockOf(times)
  times.wall = hours(8)
  times.monotonic = seconds(1)
  expect(clock()).toBe(hours(8))
  times.wall = seconds(2)
  pass(seconds(1))
  expect(clock()).toBe(seconds(3))
})
