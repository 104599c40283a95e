// Acknowledged writes survive any end of the process.
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { makePerson } from '#e2e/support/person.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

const profile = { fullName: 'Rosalind Ferry', bio: 'Two lines\nof text', age: '0' }

test('a session and a profile survive a restart', async ({ startOwnServer, page }) => {
  const server = await startOwnServer()
  const client = new Client(server.url)
  await client.signUp()
  await client.submit('/profile/edit', 'Save profile', profile)
  await giveCookies(client, page.context())

  await server.restart()
  await page.goto(`${server.url}/profile`)
  await expect(page.getByRole('main')).toContainText(profile.fullName)
})

test('time passes while the server is down [V7.4.1, T19]', async ({ startOwnServer }) => {
  const server = await startOwnServer()
  const client = new Client(server.url)
  await client.signUp()
  await server.stop()
  await server.advance(minutes(10))
  await server.restart()
  expect((await client.open('/profile')).location).toContain('reason=idle')
})

test('nothing acknowledged is lost when the process is killed right after the answer', async ({ startOwnServer }) => {
  const server = await startOwnServer()
  const client = new Client(server.url)
  const { username } = await client.signUp()
  for (const round of [1, 2, 3]) {
    const saved = { ...profile, fullName: `Round ${round}` }
    expect((await client.submit('/profile/edit', 'Save profile', saved)).location).toContain('saved')
    await server.kill()
    expect((await findStoredUser(server.store, username))?.profile.fullName).toBe(saved.fullName)
    await server.restart()
    expect(await client.isSignedIn()).toBe(true)
  }
})

test('no sign-up is lost when the process is killed among concurrent ones [V15.4.1]', async ({ startOwnServer }) => {
  const server = await startOwnServer()
  const acknowledged: Client[] = []
  const crowd = Array.from({ length: 30 }, async () => {
    const client = new Client(server.url)
    const person = makePerson()
    const form = await client.findForm('/signup', 'Sign up')
    const answer = await client.post(form, Object.entries({ ...person, confirmPassword: person.password }))
    if (answer.location !== null) acknowledged.push(client)
    if (acknowledged.length === 12) await server.kill()
  })
  await Promise.allSettled(crowd)
  expect(acknowledged.length).toBeGreaterThanOrEqual(12)

  await server.restart()
  for (const client of acknowledged) expect(await client.isSignedIn()).toBe(true)
})

test('the folder and its files are closed to other accounts, and no temporary file stays [V13.2.2, V13.3.2]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer()
  await new Client(server.url).signUp()
  await server.kill()
  await server.restart()

  expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700)
  const names = await readdir(server.dataDir)
  expect(names).toEqual(expect.arrayContaining(['secret', 'sessions.json', 'users.json']))
  expect(names.filter((name) => /tmp|temp/i.test(name))).toEqual([])
  for (const name of ['secret', 'sessions.json', 'users.json']) {
    expect((await stat(path.join(server.dataDir, name))).mode & 0o777, name).toBe(0o600)
  }
})
