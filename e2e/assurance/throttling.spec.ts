// Rate limits and lockout: guessing passwords and unlimited sign-ups get a wait, as text and as status. The owner can
// still log in from known browsers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from '#e2e/fixtures.ts'
import { checkTrail } from '#e2e/support/audit-trail.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { startPlainNext } from '#e2e/support/plain-next.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { logIn } from '#e2e/support/site.ts'

const throttled = { env: { LIMITS: 'on' } }
const proxied = { env: { LIMITS: 'on', TRUST_PROXY_HOPS: '1' } }
/** Chromium's console message about a 4xx answer to a fetch. */
const refusalNoise = /status of 429/

function tryPassword(origin: string, { username }: Person, { password = 'wrong', address = '' } = {}) {
  return logInFrom(new Client(origin), { username, password }, address)
}

async function logInFrom(client: Client, { username, password }: Person, address = '') {
  const filled = await client.findForm('/login', 'Log in')
  return client.post(filled, Object.entries({ username, password }), address ? { 'x-forwarded-for': address } : {})
}

/** Enough failures for a wait of two minutes. Real time passes too, which can be seconds on a busy machine. */
async function failTwelveTimes(server: TestServer, person: Person): Promise<void> {
  for (let n = 0; n < 12; n += 1) {
    const answer = await tryPassword(server.url, person)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('The username or password is wrong.')
    if (n < 11) await server.advance(minutes(15))
  }
}

test('consecutive wrong passwords delay the next one: 429, Retry-After, a message, and the input stays @json [V2.4.1]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  const person = await new Client(server.url).signUp()
  await failTwelveTimes(server, person)
  const answer = await tryPassword(server.url, person, { password: person.password })
  expect(answer.status).toBe(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(60)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(128)
  expect(answer.text).toMatch(/There were too many wrong passwords or codes\. Try again in [23] minutes\./)
  expect(answer.text).toContain(`value="${person.username}"`)
  expect(answer.text).not.toContain(person.password)
  await server.advance(seconds(128))
  expect((await tryPassword(server.url, person, { password: person.password })).status).toBe(303)
})

test('with JavaScript the message is in the form, and a press after the wait succeeds @json', async ({
  page,
  startOwnServer,
  expectedNoise,
}) => {
  expectedNoise.push(refusalNoise)
  const server = await startOwnServer(throttled)
  const person = await new Client(server.url).signUp()
  await failTwelveTimes(server, person)
  await page.goto(`${server.url}/login`)
  await logIn(page, person)
  const alert = page.getByRole('main').getByRole('alert')
  await expect(alert).toHaveText(/There were too many wrong passwords or codes\. Try again in [23] minutes\./)
  await expect(page.getByLabel('Username')).toHaveValue(person.username)
  await server.advance(seconds(128))
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(person.username)
  // Before its server stops.
  await page.close()
})

test('without a proxy, headers about the client’s address change nothing @json [T10, V4.1.3, V15.3.4]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  const statuses: number[] = []
  for (let n = 0; n < 14; n += 1) {
    const answer = await tryPassword(server.url, makePerson(), { address: `203.0.113.${n}` })
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([...Array(10).fill(200), ...Array(4).fill(429)])
})

test('strangers lock nobody out of a known browser, also after a restart [V6.1.1, V6.3.1]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  const owner = new Client(server.url)
  const person = await owner.signUp()
  await owner.logOut()
  await failTwelveTimes(server, person)
  await server.restart()
  expect((await tryPassword(server.url, person, { password: person.password })).status).toBe(429)
  expect((await logInFrom(owner, person)).status).toBe(303)
  expect(await owner.isSignedIn()).toBe(true)
})

test('a password change makes every browser new except the one that made it @json [T17]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  const [owner, thief] = [new Client(server.url), new Client(server.url)]
  const person = await owner.signUp()
  await thief.logIn(person)
  const password = makePerson().password
  const change = { currentPassword: person.password, password, confirmPassword: password }
  expect((await owner.submit('/security/password', 'Change password', change)).location).toBe('/security?changed=1')
  await owner.logOut()
  const changed = { ...person, password }
  await failTwelveTimes(server, changed)
  expect((await logInFrom(thief, changed)).status, 'where only the old one was known').toBe(429)
  expect((await logInFrom(owner, changed)).status, 'where the new one was chosen').toBe(303)
})

test('a client that ignores the wait does not fill the audit trail @json [V16.3.3]', async ({ startOwnServer }) => {
  const server = await startOwnServer(throttled)
  const person = await new Client(server.url).signUp()
  await failTwelveTimes(server, person)
  const before = (await checkTrail(server.store)).count
  for (let n = 0; n < 30; n += 1) expect((await tryPassword(server.url, person)).status).toBe(429)
  const { count, faults } = await checkTrail(server.store)
  expect(count - before).toBeLessThanOrEqual(10)
  expect(faults).toEqual([])
})

test('a session that posts without limit does not block another session of the user from ending it @json', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  const [owner, thief] = [new Client(server.url), new Client(server.url)]
  const person = await owner.signUp()
  await thief.logIn(person)
  const form = await thief.findForm('/profile/edit', 'Save profile')
  const statuses = []
  for (let n = 0; n <= 120; n += 1) {
    statuses.push((await thief.post(form, Object.entries({ fullName: '', bio: '', age: 'none' }))).status)
  }
  expect([statuses.at(0), statuses.at(-2), statuses.at(-1)]).toEqual([200, 200, 429])
  const password = `${person.password} anew`
  const fields = { currentPassword: person.password, password, confirmPassword: password }
  expect((await owner.submit('/security/password', 'Change password', fields)).location).toBe('/security?changed=1')
  expect(await thief.isSignedIn()).toBe(false)
})

test('a browser that once had the right password uses up no log-in or recovery of the owner @json', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(proxied)
  const [owner, thief] = [new Client(server.url), new Client(server.url)]
  const person = await owner.signUp()
  await owner.logOut()
  await logInFrom(thief, person, '203.0.113.9')
  await thief.logOut()
  const filled = await thief.findForm('/login', 'Log in')
  const post = (client: Client, address: string) =>
    client.post(filled, Object.entries({ username: '', password: '' }), { 'x-forwarded-for': address })
  for (let n = 0; n < 300; n += 1) expect((await post(thief, '203.0.113.9')).status).toBe(200)
  expect((await logInFrom(owner, person, '198.51.100.4')).location).toBe('/')
  await owner.logOut()
  const asked = await owner.findForm('/forgot-password', 'Send link')
  const answer = await owner.post(asked, [['email', person.username]], { 'x-forwarded-for': '198.51.100.4' })
  expect(answer.location).toBe('/forgot-password?sent=1')
})

test('one address gets ten sign-ups an hour, then 429 with the wait @json [V2.3.2, V2.4.1]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(throttled)
  for (let n = 0; n < 10; n += 1) await new Client(server.url).signUp()
  const client = new Client(server.url)
  const filled = await client.findForm('/signup', 'Sign up')
  const { username, password } = makePerson()
  const answer = await client.post(filled, Object.entries({ username, password, confirmPassword: password }))
  expect(answer.status).toBe(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3500)
  expect(answer.text).toMatch(
    /There were too many sign-ups from your network address\. Try again in (1 hour|(60|59) minutes)\./,
  )
})

test('under Next’s own server all clients share one count unless a proxy is trusted @json [V15.3.4]', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
  const site = await startPlainNext({ DATA_DIR: dataDir, LIMITS: 'on' })
  const signUpFrom = async (address: string) => {
    const client = new Client(site.url)
    const filled = await client.findForm('/signup', 'Sign up')
    const { username, password } = makePerson()
    const fields = Object.entries({ username, password, confirmPassword: password })
    return client.post(filled, fields, { 'x-forwarded-for': address })
  }
  for (let n = 0; n < 10; n += 1) expect((await signUpFrom(`198.51.100.${n}`)).location).toBe('/')
  for (const address of ['198.51.100.77', '203.0.113.5, 198.51.100.78', '[2001:db8::7]:443']) {
    const answer = await signUpFrom(address)
    expect(answer.location, address).toBeNull()
    expect(answer.text).toContain('There were too many sign-ups from your network address.')
  }
  await site.stop()
  await rm(dataDir, { recursive: true })
  expect(site.faults()).toEqual([])
})

test('a client that requests links without limit gets a wait @json [V2.4.1]', async ({ startOwnServer }) => {
  const server = await startOwnServer(throttled)
  let names = 0
  // Each for another username, which has a limit of its own.
  const ask = async () => {
    names += 1
    const client = new Client(server.url)
    const filled = await client.findForm('/forgot-password', 'Send link')
    return client.post(filled, [['email', `somebody-${names}@example.org`]])
  }
  for (let n = 0; n < 10; n += 1) expect((await ask()).status).toBe(303)
  const answer = await ask()
  expect(answer.status).toBe(429)
  expect(answer.text).toContain('Nothing was sent: too many links were asked for from your network address.')
})

test('an answer does not reveal whether the username exists [T22, V6.3.8]', async ({ server }) => {
  const { username } = await new Client(server.url).signUp()
  const known = { username, password: 'wrong' }
  const unknown = { username: username.replace(/.$/, 'x'), password: 'wrong' }
  const [one, other] = [await tryPassword(server.url, known), await tryPassword(server.url, unknown)]
  const shape = ({ status, headers, text }: typeof one, name: string) => {
    const { date: _, ...rest } = headers
    // Replace the nonce and the username, which always differ.
    const varying = ['content-security-policy', 'link', 'x-request-id', 'content-length']
    return {
      status,
      headers: Object.fromEntries(Object.entries(rest).filter(([header]) => !varying.includes(header))),
      words: text.replaceAll(name, 'NAME').replace(/nonce="[^"]*"|"nonce":"[^"]*"|k[0-9a-f]{32}/g, '').length,
    }
  }
  expect(shape(one, known.username)).toEqual(shape(other, unknown.username))
})

test('beyond twenty sessions of a user, the oldest ends [V7.1.2]', async ({ server }) => {
  const first = new Client(server.url)
  const person = await first.signUp()
  await server.advance(seconds(1))
  const others: Client[] = []
  for (let n = 0; n < 20; n += 1) {
    const client = new Client(server.url)
    await logInFrom(client, person)
    others.push(client)
    expect(await first.isSignedIn()).toBe(n < 19)
  }
  for (const client of others) expect(await client.isSignedIn()).toBe(true)
  expect((await first.open('/profile')).location).toContain('reason=ended')
})
