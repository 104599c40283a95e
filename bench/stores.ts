// The profile page on each store: rate, CPU and resident memory, with 1,000 users.
import { storeNames } from '#e2e/support/test-store.ts'
import { startPostgres } from '#lib/stores/sql/postgres-for-test.ts'
import { measureInTurns, mediansOf, readMemory, type Target } from './load.ts'
import { say, table } from './report.ts'
import { type Site, startBare, startSite } from './sites.ts'

const ms = 3000

export async function compareStores(rounds: number): Promise<void> {
  const postgres = await startPostgres({ durable: true })
  process.env.TEST_POSTGRES_URL = postgres.adminUrl
  const sites: Record<string, Omit<Site, 'logIn'>> = {}
  try {
    sites['bare Next'] = await startBare()
    for (const name of storeNames) sites[name] = await startSite(name)
    say(
      `Stores, profile page: ${rounds} rounds of ${ms / 1000} s each in turns, medians (CPU without PostgreSQL’s own)`,
    )
    const targets: Record<string, Target> = {}
    for (const [name, site] of Object.entries(sites)) targets[name] = site.page('profile')
    const rates = await measureInTurns(targets, { rounds, ms, warmUpMs: ms })
    const rows = Object.entries(sites).map(([name, { pid, memoryAtStart }]) => {
      const { perSecond, cpuMs } = mediansOf(rates[name])
      const memory = [memoryAtStart, readMemory(pid)].map((mb) => mb.toFixed(0))
      return [name, perSecond.toFixed(0), cpuMs.toFixed(2), ...memory]
    })
    table([['', 'requests/s', 'CPU ms', 'MB at start', `MB after ${(ms * (rounds + 1)) / 1000} s`], ...rows])
  } finally {
    for (const site of Object.values(sites)) await site.stop()
    await postgres.stop()
  }
}
