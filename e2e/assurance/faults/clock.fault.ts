// The wall clock is set back by a day: while a server runs, and between two runs of it. No session lives longer than
// its window as a stopwatch would measure it, and nobody is lost.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Client } from '#e2e/support/client.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import { readSettings } from '#lib/config.ts'
import { createSystemClock, hours, minutes } from '#lib/core/clock.ts'
import { compose, openRuntime, type Services } from '#lib/services.ts'
import { aLoginClient } from '#lib/services-for-test.ts'
import { createStats } from './stats.ts'
import { makeSubject, type StoreName, type Subject } from './subjects.ts'

const stores: StoreName[] = ['JSON', 'SQLite', 'PostgreSQL']

describe.each(stores)('%s', (name) => {
  let subject: Subject
  let wall = 0
  let stopwatch = 0
  beforeAll(async () => {
    subject = await makeSubject(name)
  })
  beforeEach(() => {
    wall = Date.UTC(2026, 5, 1)
    stopwatch = 0
  })
  afterAll(() => subject.remove())

  async function start(): Promise<Services> {
    const env = subject.store === 'JSON' ? { DATA_DIR: subject.folder ?? '' } : { DATABASE_URL: subject.location }
    const settings = readSettings({ LOG_LEVEL: 'silent', SESSION_SECRET: 's'.repeat(32), ...env })
    const clock = createSystemClock(
      () => wall,
      () => stopwatch,
    )
    return compose(await openRuntime(settings, clock))
  }
  const pass = (ms: number) => {
    wall += ms
    stopwatch += ms
  }
  async function stop(app: Services): Promise<void> {
    await app.stores.close()
    await app.strength.close()
  }
  async function logIn(app: Services, { username, password }: Person): Promise<string> {
    const known = await app.accounts.signUp({ username, password })
    if (!known.ok) throw new Error(known.code)
    return (await app.sessions.start(known.value.id)).token
  }

  test('set back while it runs: the window is the same ten minutes [T19]', async () => {
    const app = await start()
    const token = await logIn(app, makePerson())
    pass(minutes(5))
    wall -= hours(24)
    expect(await app.sessions.touch(token)).toMatchObject({ live: true })
    pass(minutes(9))
    expect(await app.sessions.check(token)).toMatchObject({ live: true })
    pass(minutes(1))
    expect(await app.sessions.check(token)).toEqual({ live: false, reason: 'idle' })
    await stop(app)
    createStats('clock set back while it runs', name).round(2)
  })

  test('set back between two runs: sessions from what is now the future are over, people are there [T19]', async () => {
    const before = await start()
    const person = makePerson()
    const token = await logIn(before, person)
    await stop(before)
    wall -= hours(24)
    const app = await start()
    expect(await app.sessions.check(token)).toMatchObject({ live: false })
    // Nor does it come back when the clock has caught up.
    pass(hours(24))
    expect(await app.sessions.touch(token)).toMatchObject({ live: false })
    const known = await app.accounts.checkCredentials(person.username, person.password, aLoginClient())
    expect(known).toMatchObject({ ok: true })
    await stop(app)
    createStats('clock set back between runs', name).round(1)
  })
})

test('the site itself: set back by a day while it runs and once more before its next start [T19]', async () => {
  const server = await startServer()
  const client = new Client(server.url)
  const person = await client.signUp()
  await server.advance(-hours(24))
  expect(await client.isSignedIn()).toBe(true)
  await server.advance(hours(24) + minutes(10))
  expect((await client.open('/profile')).location).toContain('reason=idle')

  await client.logIn(person)
  expect(await client.isSignedIn()).toBe(true)
  await server.stop()
  await server.advance(-hours(24))
  await server.restart()
  expect(await client.isSignedIn()).toBe(false)
  await client.logIn(person)
  expect(await client.isSignedIn()).toBe(true)
  await server.dispose()
})
