import { expect, test } from 'vitest'
import { createSystemClock, hours, seconds } from './clock.ts'

function clockOf(times: { wall: number; monotonic: number }) {
  return createSystemClock(
    () => times.wall,
    () => times.monotonic,
  )
}

test('follows the wall clock', () => {
  const times = { wall: 1_000_000, monotonic: 0 }
  const clock = clockOf(times)
  times.wall += seconds(7)
  times.monotonic += seconds(7)
  expect(clock()).toBe(1_007_000)
})

test('goes on at the same pace when the wall clock is set back a day [T19]', () => {
  const times = { wall: hours(48), monotonic: 0 }
  const clock = clockOf(times)
  times.wall -= hours(24)
  for (let step = 0; step < 1000; step += 1) {
    times.monotonic += 0.5
    times.wall += 0.5
    clock()
  }
  expect(clock()).toBe(hours(48) + 500)
})

test('believes a wall clock that jumps ahead, as after sleep', () => {
  const times = { wall: 0, monotonic: 0 }
  const clock = clockOf(times)
  times.wall = hours(8)
  times.monotonic = seconds(1)
  expect(clock()).toBe(hours(8))
})
