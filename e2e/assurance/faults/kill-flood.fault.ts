// Kills the real site during a flood of right and wrong log-ins, while others sign up, save profiles and log out.
import { rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { checkTrail } from '#e2e/support/audit-trail.ts'
import { Client } from '#e2e/support/client.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import { expectTidyFolder } from './audit.ts'
import { parseLocation } from './location.ts'
import { createRandom, type Random, seed } from './random.ts'
import { isShort } from './scale.ts'
import { createStats } from './stats.ts'
import { makeFolder, makeSubject, type StoreName } from './subjects.ts'
import { expectGone, findLost, findRevived, isBusy, type Visitor, visit } from './visitors.ts'

const rounds = isShort ? 2 : 200
/** With the visitors, fewer than may wait for a password check, so that no client is told to come back. */
const attackers = 16
const visitors = 3
/** The newest log-ins of each user, which must survive; the oldest end beyond the session limit. */
const newest = 3
/** So that every round has data to lose. */
const leastAcknowledged = 10
const stores: StoreName[] = isShort ? ['JSON'] : ['JSON', 'SQLite', 'PostgreSQL']

/** A user whose name the attackers know, and sometimes the password. */
interface Regular extends Person {
  /** The sessions of this round, each with its cookie. */
  sessions: Client[]
}

/** Log-ins over one keep-alive connection after the other, until the site is gone. */
async function attack(server: TestServer, agent: Agent, regulars: Regular[], random: Random, isTold: () => void) {
  const opener = new Client(server.url, server.url, agent)
  const form = await opener.findForm('/login', 'Log in')
  for (;;) {
    // With the page's cookie, because a log-in without cookies leads to a page about cookies.
    const client = opener.copy()
    const regular = random.oneOf(regulars) ?? { ...makePerson(), sessions: [] }
    const stranger = makePerson()
    const choice = random.below(10)
    const { username, password } =
      choice < 3 ? regular : { ...stranger, ...(choice < 7 && { username: regular.username }) }
    const fields = Object.entries({ username, password })
    const answer = await client.post(form, fields)
    if (isBusy(answer)) continue
    if (choice < 3) {
      expect(answer.location, 'a right password').toBe('/')
      regular.sessions.push(client)
      isTold()
    } else expect([200, 429], 'a wrong one').toContain(answer.status)
  }
}

// The evidence must be the same text after every run, so the seed is with the figures and not in the title.
test.each(stores)('%s: killed in a flood of log-ins it keeps what it acknowledged [V2.3.3]', async (name) => {
  const subject = await makeSubject(name)
  const dataDir = subject.folder ?? (await makeFolder())
  const settings: Record<string, string> = name === 'JSON' ? {} : { DATABASE_URL: subject.location }
  const store = { location: parseLocation(subject.location), settings, remove: async () => {} }
  const random = createRandom(seed)
  const stats = createStats('kill -9 in a flood of log-ins', name)
  const server = await startServer({ dataDir, store, realTime: true })
  onTestFinished(async () => {
    await server.dispose()
    await rm(dataDir, { recursive: true, force: true })
    await subject.remove()
  })
  const regulars: Regular[] = []
  for (let n = 0; n < 6; n += 1) regulars.push({ ...(await new Client(server.url).signUp()), sessions: [] })
  const everybody: Visitor[] = regulars.map((regular) => ({ ...regular, fullName: '', asked: '', loggedOut: null }))
  const startsMs: number[] = []

  for (let round = 1; round <= rounds; round += 1) {
    const agent = new Agent({ keepAlive: true, maxSockets: attackers + visitors })
    const known: Visitor[] = []
    for (const regular of regulars) regular.sessions = []
    let acknowledged = 0
    const isTold = () => {
      acknowledged += 1
    }
    const load = [
      ...Array.from({ length: attackers }, () => attack(server, agent, regulars, random, isTold)),
      ...Array.from({ length: visitors }, async () => {
        for (;;) await visit(new Client(server.url, server.url, agent), known, isTold)
      }),
    ]
    const ended = Promise.allSettled(load)
    await expect.poll(() => acknowledged, { timeout: 60_000 }).toBeGreaterThan(leastAcknowledged)
    // The moment is random from here on.
    await delay(random.below(1000))
    await server.kill()
    const outcomes = await ended
    // An entry that could not be stored is complete in the log (docs/audit.md).
    expect(
      server.faults().filter((line) => !line.includes('"event":"audit_lost"')),
      'errors in the log',
    ).toEqual([])
    for (const one of outcomes) expectGone(one)
    agent.destroy()

    const began = performance.now()
    await server.restart()
    startsMs.push(Math.round(performance.now() - began))

    everybody.push(...known)
    const lost = await findLost(server.store, everybody)
    const revived = await findRevived([...known, ...sample(everybody, random)])
    for (const { username, sessions } of regulars) {
      for (const session of sessions.slice(-newest)) {
        if (!(await session.isSignedIn())) lost.push(`a log-in of ${username}`)
      }
    }
    stats.round(acknowledged, { lost, torn: [], revived, unexplained: [] })
    expect({ lost, revived }).toEqual({ lost: [], revived: [] })
    expect((await checkTrail(server.store)).faults).toEqual([])
    if (subject.folder !== null) await expectTidyFolder(subject.folder)
    const [anybody] = sample(everybody, random)
    if (anybody) expect((await new Client(server.url).logIn(anybody)).location, 'a new log-in').toBe('/')
  }
  const sorted = startsMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  process.stdout.write(`${name}: ready again after ${median} ms (median), ${sorted.at(-1)} ms (slowest)\n`)
  await server.stop()
})

/** Five users from earlier rounds. */
function sample(visitors: readonly Visitor[], random: Random): Visitor[] {
  return Array.from({ length: 5 }, () => random.oneOf(visitors)).filter((one) => one !== undefined)
}
