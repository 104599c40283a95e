// The real site, killed while people sign up, save their profiles and log out by its forms.
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Client } from '#e2e/support/client.ts'
import { startServer } from '#e2e/support/server.ts'
import { parseLocation } from './location.ts'
import { createRandom, seed } from './random.ts'
import { isShort } from './scale.ts'
import { makeFolder, makeSubject, type StoreName } from './subjects.ts'
import { createTally } from './tally.ts'
import { expectGone, findLost, findRevived, type Visitor, visit } from './visitors.ts'

const rounds = isShort ? 1 : 20
const visitors = 6
/** So that every round has something to lose. */
const leastAcknowledged = 10
// The short form leaves the others to kill.fault.ts, which kills more and sooner.
const stores: StoreName[] = isShort ? ['JSON'] : ['JSON', 'SQLite', 'PostgreSQL']

test.each(stores)(`%s: the site killed ${rounds} times under load (seed ${seed})`, async (name) => {
  const subject = await makeSubject(name)
  const dataDir = subject.folder ?? (await makeFolder())
  const settings: Record<string, string> = name === 'JSON' ? {} : { DATABASE_URL: subject.location }
  const store = { location: parseLocation(subject.location), settings, remove: async () => {} }
  const random = createRandom(seed)
  const tally = createTally('kill -9 of the site', name)
  const server = await startServer({ dataDir, store, realTime: true })
  for (let round = 1; round <= rounds; round += 1) {
    const known: Visitor[] = []
    let acknowledged = 0
    const isTold = () => {
      acknowledged += 1
    }
    const load = Array.from({ length: visitors }, async () => {
      // Until the site is gone, which is how this ends.
      for (;;) await visit(new Client(server.url), known, isTold)
    })
    const ended = Promise.allSettled(load)
    await expect.poll(() => acknowledged, { timeout: 60_000 }).toBeGreaterThan(leastAcknowledged)
    // From here on the moment is what chance decides.
    await delay(random.below(1500))
    await server.kill()
    for (const visitor of await ended) expectGone(visitor)
    await server.restart()

    const lost = await findLost(server.store, known)
    const revived = await findRevived(known)
    for (const visitor of known.slice(0, 20)) expect((await new Client(server.url).logIn(visitor)).location).toBe('/')
    tally.round(acknowledged, { lost, torn: [], revived, unexplained: [] })
    expect({ lost, revived }).toEqual({ lost: [], revived: [] })
  }
  await server.stop()
  await server.dispose()
  await rm(dataDir, { recursive: true, force: true })
  await subject.remove()
})
