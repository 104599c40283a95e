// The figures of a run: one line per round, written at once so that failed runs count too, and a table at the end.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type Findings, nothingFound } from './write-record.ts'

/** The rounds of one kind of fault on one store. */
export interface Stats {
  /** `acknowledged`: writes acknowledged in this round and checked by `findings`. */
  round(acknowledged: number, findings?: Findings): void
}

interface Figures {
  fault: string
  store: string
  rounds: number
  acknowledged: number
  lost: number
  torn: number
  /** Revived sessions and unexplained records. */
  wrong: number
}

const file = path.resolve(import.meta.dirname, '../../../test-results/faults.jsonl')

export function createStats(fault: string, store: string): Stats {
  return {
    round(acknowledged, { lost, torn, revived, unexplained } = nothingFound) {
      const wrong = revived.length + unexplained.length
      const line: Figures = { fault, store, rounds: 1, acknowledged, lost: lost.length, torn: torn.length, wrong }
      appendFileSync(file, `${JSON.stringify(line)}\n`)
    },
  }
}

/** Call before a run. */
export function clearTallies(): void {
  mkdirSync(path.dirname(file), { recursive: true })
  rmSync(file, { force: true })
  appendFileSync(file, '')
}

/** One line per fault and store, in columns under a heading. */
export function tableOfTallies(): string[] {
  const sums = new Map<string, Figures>()
  for (const text of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const line: Figures = JSON.parse(text)
    const sum = sums.get(`${line.fault} ${line.store}`)
    if (!sum) sums.set(`${line.fault} ${line.store}`, line)
    else for (const field of ['rounds', 'acknowledged', 'lost', 'torn', 'wrong'] as const) sum[field] += line[field]
  }
  const rows = [...sums.values()].map(({ fault, store, ...figures }) => [fault, store, ...Object.values(figures)])
  const table = [['fault', 'store', 'rounds', 'acknowledged', 'lost', 'torn', 'wrong'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => String(row[column]).length))) ?? []
  return table.map((row) =>
    row
      .map((cell, n) => (n < 2 ? String(cell).padEnd(widths[n] ?? 0) : String(cell).padStart(widths[n] ?? 0)))
      .join('  '),
  )
}
