// `npm run bench:growth`: the cost of each store with 1,000, 10,000 and 100,000 users and as many sessions.
import { storeNames } from '#e2e/support/test-store.ts'
import { startPostgres } from '#lib/stores/sql/postgres-for-test.ts'
import { makeFilledStore, measureStore } from './filled-store.ts'
import type { StoreFigures } from './growth-of-one.ts'
import { rounded, table } from './report.ts'

const sizes = [1_000, 10_000, 100_000]

const postgres = await startPostgres({ durable: true })
process.env.TEST_POSTGRES_URL = postgres.adminUrl
try {
  for (const name of storeNames) {
    const figures: StoreFigures[] = []
    for (const size of sizes) {
      const store = await makeFilledStore(name, size)
      figures.push(await measureStore('measure', store.location, size))
      await store.remove()
    }
    print(name, figures)
  }
} finally {
  await postgres.stop()
}

function print(name: string, figures: StoreFigures[]): void {
  const rows = Object.keys(figures[0] ?? {}).map((row) => {
    const values = figures.map((figure) => figure[row] ?? 0)
    const [least = 0] = values
    return [row, ...values.map(rounded), `× ${((values.at(-1) ?? 0) / least).toFixed(2)}`]
  })
  table([[name, ...sizes.map((size) => size.toLocaleString('en')), 'growth'], ...rows])
}
