// `npm run bench`: the cost of each store with 1,000, 10,000 and 100,000 users and as many sessions.
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabase, startPostgres } from '#lib/stores/sql/postgres-for-test.ts'
import type { StoreFigures, StoreTask } from './growth-of-one.ts'

const sizes = [1_000, 10_000, 100_000]
const worker = path.join(import.meta.dirname, 'growth-of-one.ts')

const postgres = await startPostgres({ durable: true })
try {
  const places: [string, () => Promise<Place>][] = [
    ['JSON', folder((dir) => `json:${dir}`)],
    ['SQLite', folder((dir) => `sqlite:${path.join(dir, 'gatehouse.db')}`)],
    ['PostgreSQL', async () => database(await createDatabase(postgres.adminUrl))],
  ]
  for (const [name, open] of places) {
    const figures: StoreFigures[] = []
    for (const size of sizes) {
      const place = await open()
      // Separate processes, because filling a store leaves other memory behind than opening it.
      await perform({ kind: 'fill', url: place.url, size })
      figures.push(await perform({ kind: 'measure', url: place.url, size }))
      await place.remove()
    }
    print(name, figures)
  }
} finally {
  await postgres.stop()
}

interface Place {
  url: string
  remove(): Promise<void>
}

function folder(urlOf: (dir: string) => string): () => Promise<Place> {
  return async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'))
    return { url: urlOf(dir), remove: () => rm(dir, { recursive: true }) }
  }
}

function database({ url, drop }: Awaited<ReturnType<typeof createDatabase>>): Place {
  return { url, remove: drop }
}

function perform(task: StoreTask): Promise<StoreFigures> {
  const child = fork(worker, { execArgv: ['--expose-gc'] })
  child.send(task)
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as StoreFigures))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The measurement ended with ${code} before it had figures`)))
  })
}

function print(name: string, figures: StoreFigures[]): void {
  const names = Object.keys(figures[0] ?? {})
  const rows = names.map((row) => {
    const values = figures.map((figure) => figure[row] ?? 0)
    const [least = 0] = values
    const growth = values.at(-1) ?? 0
    return [row, ...values.map(rounded), `× ${(growth / least).toFixed(2)}`]
  })
  const head = [name, ...sizes.map((size) => size.toLocaleString('en')), 'growth']
  for (const [label = '', ...cells] of [head, ...rows]) {
    process.stdout.write(`${label.padEnd(44)}${cells.map((cell) => cell.padStart(12)).join('')}\n`)
  }
  process.stdout.write('\n')
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
