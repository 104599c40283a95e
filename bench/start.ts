// How long the built site takes to be ready on JSON, and its session check, with few and many users.
import { startServer } from '#e2e/support/server.ts'
import { makeFilledStore, measureStore } from './filled-store.ts'
import { readCpuMs } from './load.ts'
import { median, rounded, say, table } from './report.ts'

const sizes = [1_000, 100_000]

export async function measureStart(rounds: number): Promise<void> {
  say(`Start of the built site on JSON, medians of ${rounds}`)
  const rows = [['users, and as many sessions', 'ready after s', 'CPU s', 'session check p50 µs', 'p99 µs']]
  for (const size of sizes) {
    const store = await makeFilledStore('json', size)
    const checks = await measureStore('check', store.location, size)
    const took: number[] = []
    const used: number[] = []
    for (let round = 0; round < rounds; round++) {
      const server = await startServer({ realTime: true, store, dataDir: store.dataDir })
      took.push(server.readyAfterMs / 1000)
      used.push(readCpuMs(Number(server.pid())) / 1000)
      await server.stop()
      await server.dispose()
    }
    rows.push([
      size.toLocaleString('en'),
      ...[median(took), median(used)].map((seconds) => seconds.toFixed(2)),
      ...Object.values(checks).map(rounded),
    ])
    await store.remove()
  }
  table(rows)
}
