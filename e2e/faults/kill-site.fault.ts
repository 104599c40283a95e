// The real site, killed while people sign up, save their profiles and log out by its forms.
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Client } from '#e2e/support/client.ts'
import { makePerson } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'
import { parseLocation } from './location.ts'
import { createRandom, seed } from './random.ts'
import { isShort } from './scale.ts'
import { makeFolder, makeSubject, type StoreName } from './subjects.ts'
import { createTally } from './tally.ts'

const rounds = isShort ? 1 : 20
const visitors = 6
/** So that every round has something to lose. */
const leastAcknowledged = 10
// The short form leaves the others to kill.fault.ts, which kills more and sooner.
const stores: StoreName[] = isShort ? ['JSON'] : ['JSON', 'SQLite', 'PostgreSQL']

/** Whoever was answered otherwise than by a broken connection was answered wrongly. */
function expectGone(visitor: PromiseSettledResult<unknown>): void {
  const cause: unknown = visitor.status === 'rejected' ? visitor.reason : null
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  expect(code).toMatch(/^(ECONNRESET|ECONNREFUSED|EPIPE)$/)
}

interface Known {
  username: string
  password: string
  /** The last saved name that was acknowledged, and one that may have been saved. */
  fullName: string
  asked: string
  loggedOut: Client | null
}

test.each(stores)(`%s: the site killed ${rounds} times under load (seed ${seed})`, async (name) => {
  const subject = await makeSubject(name)
  const dataDir = subject.folder ?? (await makeFolder())
  const settings: Record<string, string> = name === 'JSON' ? {} : { DATABASE_URL: subject.location }
  const store = { location: parseLocation(subject.location), settings, remove: async () => {} }
  const random = createRandom(seed)
  const tally = createTally('kill -9 of the site', name)
  const server = await startServer({ dataDir, store, realTime: true })
  for (let round = 1; round <= rounds; round += 1) {
    const known: Known[] = []
    let acknowledged = 0
    const visit = async () => {
      const client = new Client(server.url)
      const person = await client.signUp(makePerson())
      const mine: Known = { ...person, fullName: '', asked: '', loggedOut: null }
      known.push(mine)
      acknowledged += 1
      mine.asked = `Name of ${person.username}`
      const profile = { fullName: mine.asked, bio: 'Kept.', age: '41' }
      const saved = await client.submit('/profile/edit', 'Save profile', profile)
      expect(saved.location).toContain('saved')
      mine.fullName = mine.asked
      acknowledged += 1
      const copy = client.copy()
      expect((await client.logOut()).status).toBe(303)
      mine.loggedOut = copy
      acknowledged += 1
    }
    const load = Array.from({ length: visitors }, async () => {
      // Until the site is gone, which is how this ends.
      for (;;) await visit()
    })
    const ended = Promise.allSettled(load)
    await expect.poll(() => acknowledged, { timeout: 60_000 }).toBeGreaterThan(leastAcknowledged)
    // From here on the moment is what chance decides.
    await delay(random.below(1500))
    await server.kill()
    for (const visitor of await ended) expectGone(visitor)
    await server.restart()

    const lost: string[] = []
    const revived: string[] = []
    for (const { username, password, fullName, asked, loggedOut } of known) {
      const stored = await findStoredUser(server.store, username)
      const isKept = stored !== null && (stored.profile.fullName === fullName || stored.profile.fullName === asked)
      if (!isKept) lost.push(username)
      if (loggedOut !== null && (await loggedOut.isSignedIn())) revived.push(username)
      if (known.length < 20) expect((await new Client(server.url).logIn({ username, password })).location).toBe('/')
    }
    tally.round(acknowledged, { lost, torn: [], revived, unexplained: [] })
    expect({ lost, revived }).toEqual({ lost: [], revived: [] })
  }
  await server.stop()
  await server.dispose()
  await rm(dataDir, { recursive: true, force: true })
  await subject.remove()
})
