// Kills a store's process, or its database server, at random moments under load.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restartAndAudit } from './audit.ts'
import { startLoad } from './load.ts'
import { createRandom, seed } from './random.ts'
import { isShort } from './scale.ts'
import { createStats } from './stats.ts'
import { type StoreProcess, startStore } from './store-process.ts'
import { makeSubject, type StoreName, type Subject } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

const rounds = isShort ? 6 : 200
const stores: StoreName[] = ['JSON', 'SQLite', 'PostgreSQL']

describe.each(stores)('%s', (name) => {
  let subject: Subject
  beforeAll(async () => {
    subject = await makeSubject(name)
  })
  afterAll(() => subject.remove())

  test(`loses nothing when its process is killed ${rounds} times (seed ${seed})`, async () => {
    const random = createRandom(seed)
    const written = new WriteRecord()
    const stats = createStats('kill -9', name)
    let store: StoreProcess = await startStore(subject.location)
    for (let round = 1; round <= rounds; round += 1) {
      const load = startLoad(store.stores, written, random)
      // A random moment: the test waits for no state of the store.
      await delay(random.below(450) + 50)
      await store.kill()
      await load.stop()
      store = await restartAndAudit(subject, written, stats)
    }
    await store.stores.close()
    expect(written.records().length).toBeGreaterThan(rounds)
  })
})
