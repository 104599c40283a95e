// A PostgreSQL server that is killed at random moments while people are at work, and comes back on the same data.
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { restartAndAudit } from './audit.ts'
import { Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { createOperations } from './operations.ts'
import { createRandom, seed } from './random.ts'
import { isShort } from './scale.ts'
import { startStore } from './store-process.ts'
import { makePostgres } from './subjects.ts'
import { createTally } from './tally.ts'

const rounds = isShort ? 2 : 50

test(`loses nothing when the database server is killed ${rounds} times, and goes on without a restart (seed ${seed})`, async () => {
  const subject = await makePostgres()
  const random = createRandom(seed)
  const ledger = new Ledger()
  const tally = createTally('kill -9 of the database server', 'PostgreSQL')
  let store = await startStore(subject.location)
  for (let round = 1; round <= rounds; round += 1) {
    const load = startLoad(store.stores, ledger, random)
    // The moment is what chance decides here.
    await delay(random.below(450) + 50)
    await subject.server?.kill()
    await load.stop()
    await subject.server?.resume()
    // The same process: its connections are gone, and it makes new ones.
    expect(await createOperations(store.stores, ledger).signUp()).toBe('done')
    await store.kill()
    store = await restartAndAudit(subject, ledger, tally)
  }
  await store.stores.close()
  await subject.remove()
})
