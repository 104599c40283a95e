// The figures of a run: one line per form or handler, written at once so that failed runs count too, and a table at the
// end.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Answer } from '#e2e/support/http.ts'
import { leadsTo } from './site.ts'

const file = path.resolve(import.meta.dirname, '../../../test-results/fuzz.jsonl')
const columns = ['requests', 'went on', 'shown', 'refused', '5xx'] as const
type Counts = Record<(typeof columns)[number], number>

export interface Figures {
  count(answer: Answer): void
  /** The target of the test with this name. */
  write(name: string): void
}

export function createFigures(): Figures {
  const counts: Counts = { requests: 0, 'went on': 0, shown: 0, refused: 0, '5xx': 0 }
  return {
    count(answer) {
      const { status } = answer
      const to = leadsTo(answer)
      counts.requests += 1
      if (status >= 500) counts['5xx'] += 1
      else if (status >= 400 || isTurnedAway(to)) counts.refused += 1
      else if (to !== null) counts['went on'] += 1
      else counts.shown += 1
    },
    write: (name) => appendFileSync(file, `${JSON.stringify({ name, counts })}\n`),
  }
}

/** Redirected to log in or told that it is forbidden, except after ending their own session. */
function isTurnedAway(to: string | null): boolean {
  return to !== null && /^\/(login(?!\?(deleted|reset|reason=signed-out))|not-allowed)/.test(to)
}

/** Call before a run. */
export function clearFigures(): void {
  mkdirSync(path.dirname(file), { recursive: true })
  rmSync(file, { force: true })
  appendFileSync(file, '')
}

export function tableOfFigures(): string[] {
  const lines: { name: string; counts: Counts }[] = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const sum = (column: (typeof columns)[number]) => lines.reduce((total, { counts }) => total + counts[column], 0)
  const rows = [
    ['', ...columns],
    ...lines.map(({ name, counts }) => [name, ...columns.map((column) => String(counts[column]))]),
    ['all', ...columns.map((column) => String(sum(column)))],
  ]
  const widths = rows[0]?.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
  )
}
