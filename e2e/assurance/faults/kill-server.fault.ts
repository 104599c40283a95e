// Kills a PostgreSQL server or one of its processes at random moments under load, and restarts it on the same data. The
// site continues without a restart.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { TestPostgres } from '#lib/stores/sql/postgres-for-test.ts'
import { restartAndAudit } from './audit.ts'
import { startLoad } from './load.ts'
import { createRandom, seed } from './random.ts'
import { isShort } from './scale.ts'
import { signalIfThere } from './signal.ts'
import { createStats } from './stats.ts'
import { startStore } from './store-process.ts'
import { makePostgres } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

const rounds = isShort ? 2 : 25

const faults = {
  'the database server': async (server: TestPostgres) => {
    await server.kill()
    await server.resume()
  },
  // The server then closes all connections and recovers as after a crash.
  'a process of the database server': killOneConnection,
}

test.each(Object.entries(faults))(`kill -9 of %s, ${rounds} times (seed ${seed})`, async (what, fail) => {
  const subject = await makePostgres()
  if (subject.server === null) throw new Error('There is no server to kill.')
  const random = createRandom(seed)
  const written = new WriteRecord()
  const stats = createStats(`kill -9 of ${what}`, 'PostgreSQL')
  let store = await startStore(subject.location)
  for (let round = 1; round <= rounds; round += 1) {
    const load = startLoad(store.stores, written, random)
    // A random moment: the test waits for no state of the store.
    await delay(random.below(450) + 50)
    await fail(subject.server)
    const before = written.count
    await expect.poll(() => written.count, { timeout: 20_000 }).toBeGreaterThan(before)
    await load.stop()
    await store.kill()
    store = await restartAndAudit(subject, written, stats)
  }
  await store.stores.close()
  await subject.remove()
})

async function killOneConnection({ adminUrl }: TestPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  // Its connection is among those closed.
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1",
  )
  for (const { pid } of rows) signalIfThere(pid, 'SIGKILL')
  await client.end().catch(() => {})
}
