// Idle timeout of ten minutes and absolute timeout of twelve hours, on a server whose clock the test controls.
import { expect, test } from '#e2e/fixtures.ts'
import { findStaticFile } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import type { Answer } from '#e2e/support/http.ts'
import { countStoredSessions, findStoredUser } from '#e2e/support/store-contents.ts'

/** Just before the end, with room for what a busy machine takes. The exact bound is in the unit tests. */
const almostOver = seconds(590)

test('a user is still logged in almost 600 seconds after the last activity [V7.3.1, T19]', async ({
  client,
  server,
}) => {
  await client.signUp()
  await client.open('/profile')
  await server.advance(almostOver)
  expect((await client.open('/profile')).status).toBe(200)
})

test('the session ends 600 seconds after the last activity, says why, and its record is deleted [V7.3.1, V7.4.1, T19]', async ({
  client,
  server,
}) => {
  const { username } = await client.signUp()
  await client.open('/profile')
  await server.advance(seconds(600))

  const answer = await client.open('/profile')
  expect(answer.status).toBe(303)
  expect(pathOf(answer)).toBe('/login?next=%2Fprofile&reason=idle')
  expect(answer.headers['set-cookie'], 'another tab may have a new cookie by now').toBeUndefined()

  const user = await findStoredUser(server.store, username)
  expect(await countStoredSessions(server.store, user?.id ?? '')).toBe(0)
})

test('activity just before the end extends the window to its full length [V7.3.1, T19]', async ({ client, server }) => {
  await client.signUp()
  for (let round = 0; round < 3; round++) {
    await server.advance(almostOver)
    expect((await client.open('/profile')).status).toBe(200)
  }
})

test('activity every nine minutes keeps a session for twelve hours and no longer [V7.3.2, T19]', async ({
  client,
  server,
}) => {
  await client.signUp()
  const first = await client.readSession()
  for (let passed = 9; passed <= 711; passed += 9) {
    await server.advance(minutes(9))
    expect((await client.open('/profile')).status, `after ${passed} minutes`).toBe(200)
  }
  const last = await client.readSession()
  expect(last?.absoluteDeadline).toBe(first?.absoluteDeadline)
  expect(last?.idleDeadline, 'the idle deadline never passes the absolute one').toBe(last?.absoluteDeadline)
  await server.advance(minutes(4))
  expect((await client.open('/profile')).status, 'after 715 minutes').toBe(200)
  await server.advance(minutes(5))
  expect(pathOf(await client.open('/profile'))).toBe('/login?next=%2Fprofile&reason=expired')
})

const navigation = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
const script = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }

const slides: Record<string, (client: Client) => Promise<Answer>> = {
  'opening a page': (client) => client.open('/profile'),
  'opening a page with a client that sends no Fetch headers': (client) => client.send({ path: '/profile' }),
  'posting a form': (client) => client.submit('/profile/edit', 'Save profile', { fullName: '', bio: '', age: '' }),
  'POST /api/session/activity': (client) => client.fetch('/api/session/activity', { method: 'POST' }),
}

const doesNotSlide: Record<string, (client: Client) => Promise<Answer>> = {
  'GET /api/session': (client) => client.fetch('/api/session'),
  'GET /api/session opened as a page': (client) => client.open('/api/session'),
  'a prefetch by the browser': (client) => client.open('/profile', { 'sec-purpose': 'prefetch' }),
  'a prerender by the browser': (client) => client.open('/profile', { 'sec-purpose': 'prefetch;prerender' }),
  'a prefetch that says Purpose': (client) => client.open('/profile', { purpose: 'prefetch' }),
  'a prefetch by the router': (client) =>
    client.send({ path: '/profile', headers: { ...script, rsc: '1', 'next-router-prefetch': '1' } }),
  'a fetch by the router': (client) => client.send({ path: '/profile', headers: { ...script, rsc: '1' } }),
  'a fetch by a script': (client) => client.fetch('/profile'),
  'an image': (client) => client.open('/profile', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }),
  'a frame': (client) => client.open('/profile', { 'sec-fetch-dest': 'iframe' }),
  'GET /healthz': (client) => client.open('/healthz', navigation),
  'GET /readyz': (client) => client.open('/readyz', navigation),
  'a static file': (client) => client.open(findStaticFile()),
  'a failed log-in': (client) => failToLogIn(client),
}

test.describe('the window slides with', () => {
  for (const [what, act] of Object.entries(slides)) {
    test(`${what} [V7.3.1, T19]`, async ({ client, server }) => {
      await client.signUp()
      const before = await client.readSession()
      await server.advance(seconds(100))
      expect((await act(client)).status).toBeLessThan(400)
      const after = await client.readSession()
      expect(movedBy(before?.idleDeadline, after?.idleDeadline)).toBeGreaterThanOrEqual(seconds(100))
    })
  }
})

test.describe('the window does not slide with', () => {
  for (const [what, act] of Object.entries(doesNotSlide)) {
    test(`${what} [V7.3.1, T19]`, async ({ client, server }) => {
      await client.signUp()
      const before = await client.readSession()
      await server.advance(seconds(100))
      expect((await act(client)).status).toBeLessThan(400)
      const after = await client.readSession()
      expect(movedBy(before?.idleDeadline, after?.idleDeadline)).toBe(0)
    })
  }
})

test('an open page with visible links does not keep its session alive [V7.3.1, T3, T19]', async ({
  loggedInPage,
  server,
}) => {
  await loggedInPage.goto('/')
  await loggedInPage.waitForLoadState('networkidle')
  await server.advance(seconds(599))
  await loggedInPage.bringToFront()
  await server.advance(seconds(1))
  await loggedInPage.goto('/profile')
  await expect(loggedInPage).toHaveURL('/login?next=%2Fprofile&reason=idle')
})

test('GET /api/session returns the user, the end and the server’s time, and 401 without a session [V7.2.1]', async ({
  client,
}) => {
  expect((await client.fetch('/api/session')).status).toBe(401)
  const { username } = await client.signUp()
  const answer = await client.fetch('/api/session')
  expect(answer.headers['cache-control']).toContain('no-store')
  const session = JSON.parse(answer.text)
  expect(session.user).toMatchObject({ username, role: 'member' })
  expect(JSON.stringify(session)).not.toMatch(/hash\w*":|\$argon2/i)
  expect(movedBy(session.now, session.idleDeadline)).toBeGreaterThan(seconds(590))
  expect(movedBy(session.now, session.absoluteDeadline)).toBeGreaterThan(minutes(719))
})

test('POST /api/session/activity answers 401 without a session and for an ended one [V7.2.1]', async ({
  client,
  server,
}) => {
  const activity = () => client.fetch('/api/session/activity', { method: 'POST' })
  expect((await activity()).status).toBe(401)
  await client.signUp()
  expect((await activity()).status).toBe(204)
  await server.advance(seconds(600))
  expect((await activity()).status).toBe(401)
})

function pathOf(answer: Answer): string {
  const url = new URL(answer.location ?? '', 'http://relative.invalid')
  return url.pathname + url.search
}

function movedBy(before: string | undefined, after: string | undefined): number {
  return Date.parse(after ?? '') - Date.parse(before ?? '')
}

async function failToLogIn(client: Client): Promise<Answer> {
  const stranger = new Client(client.origin)
  const filled = await stranger.findForm('/login', 'Log in')
  return client.post(filled, [
    ['username', 'nobody-here'],
    ['password', 'wrong'],
  ])
}
