// Compares docs/throttling.md with the rules.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freeFailures, longestWaitMs, mostFailures } from '../../auth/lockout/back-off.ts'
import { mostSessions } from '../../auth/sessions/sessions.ts'
import { maxBodyBytes } from '../../web/body-limit.ts'
import { hours, minutes } from '../clock.ts'
import { rules } from './rate-limits.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/throttling.md'), 'utf8')

test('documents exactly the rules and their numbers [V2.1.3, V6.1.1]', () => {
  const units: Record<string, (n: number) => number> = { minute: minutes, minutes, hours }
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| .* \| (\d+) \| (\d+) (minutes?|hours) \|$/gm)]
  const documented = Object.fromEntries(
    rows.map(([, rule, most, every, unit = '']) => [
      rule,
      { most: Number(most), everyMs: units[unit]?.(Number(every)) },
    ]),
  )
  expect(documented).toEqual(rules)
})

test('documents how many sessions a user can have, and what happens beyond that [V7.1.2]', () => {
  expect(page).toContain(`at most ${mostSessions} sessions; the oldest ends`)
})

describe('the numbers of wrong passwords and bodies', () => {
  test.each([
    `| ${freeFailures} | after 1 second |`,
    `| 15 and more | after ${longestWaitMs / minutes(1)} minutes |`,
    `| ${mostFailures} | not at all`,
    `at most ${maxBodyBytes / 1024} kB`,
  ])('%s', (sentence) => {
    expect(page).toContain(sentence)
  })
})
