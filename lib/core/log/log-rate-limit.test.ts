import { expect, test } from 'vitest'
import { createLogRateLimit } from './log-rate-limit.ts'

function openBudget() {
  const told: [string, number][] = []
  const waiting: (() => void)[] = []
  const budget = createLogRateLimit(
    (kind, leftOut) => told.push([kind, leftOut]),
    (work) => waiting.push(work),
  )
  const take = (kind: string, times: number) => Array.from({ length: times }, () => budget.take(kind))
  const endMinute = () => {
    for (const work of waiting.splice(0)) work()
  }
  return { budget, told, take, endMinute }
}

const written = (taken: boolean[]) => taken.filter((mayWrite) => mayWrite).length

test('a flood of one kind writes 120 lines a minute, then one with the number of omitted lines [V16.3.3]', () => {
  const { told, take, endMinute } = openBudget()
  expect(written(take('refused', 10_000))).toBe(120)
  expect(told).toEqual([])
  endMinute()
  expect(told).toEqual([['refused', 9_880]])
  expect(written(take('refused', 121))).toBe(120)
  endMinute()
  expect(told.at(-1)).toEqual(['refused', 1])
})

test('a flood of one kind does not affect another, and no line reports zero omitted lines', () => {
  const { told, take, endMinute } = openBudget()
  take('refused', 10_000)
  expect(written(take('session.ended', 120))).toBe(120)
  endMinute()
  expect(told).toEqual([['refused', 9_880]])
})

test('settle reports omitted lines immediately and once', () => {
  const { budget, told, take, endMinute } = openBudget()
  take('refused', 125)
  budget.settle()
  expect(told).toEqual([['refused', 5]])
  endMinute()
  expect(told).toHaveLength(1)
})
