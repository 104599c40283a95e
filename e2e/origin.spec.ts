// Rejects state changes from another site's page and from requests that do not name their origin.
import { expect, test } from '#e2e/fixtures.ts'
import { findActionId } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { seconds } from '#e2e/support/durations.ts'
import { encodeActionCall, encodeMultipart } from '#e2e/support/form-body.ts'
import { type Answer, type Headers, navigationHeaders } from '#e2e/support/http.ts'
import { codeIn, letterTo } from '#e2e/support/mailbox.ts'
import { makePerson } from '#e2e/support/person.ts'
import { countStoredSessions, findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'

const evil = 'https://evil.test'
const unsaid = { origin: undefined, 'sec-fetch-site': undefined }

const foreign: Record<string, Headers> = {
  'another site': { origin: evil, 'sec-fetch-site': 'cross-site' },
  'another site, told by Origin alone': { origin: evil, 'sec-fetch-site': undefined },
  'another site, told by Fetch headers alone': { origin: undefined, 'sec-fetch-site': 'cross-site' },
  'a sister site': { 'sec-fetch-site': 'same-site' },
  'a page without an origin': { origin: 'null', 'sec-fetch-site': undefined },
  'another port of this machine': { origin: 'http://127.0.0.1:3001', 'sec-fetch-site': undefined },
  'this host under https': { origin: 'https://localhost', 'sec-fetch-site': undefined },
  'a request that tells nothing': unsaid,
  'another site, told by Referer alone': { ...unsaid, referer: 'https://evil.test/login' },
  'another site whose address begins like this one': { ...unsaid, referer: 'http://localhost.evil.test/login' },
  'another site behind a forged forwarded host': { ...unsaid, origin: evil, 'x-forwarded-host': 'evil.test' },
  'another site behind a forged host': { ...unsaid, origin: evil, host: 'evil.test' },
  'another site with both hosts forged': {
    ...unsaid,
    origin: evil,
    host: 'evil.test',
    'x-forwarded-host': 'evil.test',
  },
}

/** For actions. One handler is tested in all ways. */
const plain = {
  'another site': { origin: evil, 'sec-fetch-site': 'cross-site' },
  'a request that tells nothing': unsaid,
}

const mutations: Record<string, (client: Client, headers: Headers) => Promise<Answer>> = {
  'signing up': (client, headers) => {
    const person = makePerson()
    return client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password }, headers)
  },
  'saving a profile': (client, headers) =>
    client.submit('/profile/edit', 'Save profile', { fullName: 'Forged', bio: '', age: '' }, headers),
  'saving a profile by script': async (client, headers) => {
    const call = encodeActionCall([...(await client.formToken()), ['fullName', 'Forged'], ['bio', ''], ['age', '']])
    const id = findActionId('app/(member)/profile/edit/actions.ts#saveProfile')
    return client.fetch('/profile/edit', {
      method: 'POST',
      body: call.body,
      headers: { ...call.headers, 'next-action': id, ...headers },
    })
  },
  'logging out': (client, headers) => client.submit('/profile', 'Log out', {}, headers),
  'telling of activity': (client, headers) => client.fetch('/api/session/activity', { method: 'POST', headers }),
  'asking for a password’s strength': (client, headers) =>
    client.fetch('/api/password-strength', {
      method: 'POST',
      body: '{"password":"a","username":"b"}',
      headers: { 'content-type': 'application/json', ...headers },
    }),
  'asking whether a username is free': (client, headers) =>
    client.fetch('/api/username', {
      method: 'POST',
      body: '{"username":"ada"}',
      headers: { 'content-type': 'application/json', ...headers },
    }),
  'choosing colours': (client, headers) => client.submit('/account', 'Light', {}, headers),
}

for (const [what, mutate] of Object.entries(mutations)) {
  test(`${what} is rejected for cross-site requests [V3.5.1, T5]`, async ({ server }) => {
    const client = new Client(server.url)
    if (what !== 'signing up') await client.signUp()
    const users = await readStoredUsers(server.store)
    for (const [from, headers] of Object.entries(plain)) {
      const answer = await mutate(client, headers)
      expect.soft([403, 500], `${from} → ${answer.status}`).toContain(answer.status)
      expect.soft(answer.headers['set-cookie'], from).toBeUndefined()
    }
    expect(await readStoredUsers(server.store)).toBe(users)
    if (what !== 'signing up') expect(await client.isSignedIn()).toBe(true)

    expect((await mutate(client, {})).status, 'the site’s own page').toBeLessThan(400)
  })
}

test('a text browser that only sends a Referer can use all forms', async ({ server }) => {
  // Lynx and w3m send neither Origin nor Sec-Fetch-*.
  const asText = (path: string): Headers =>
    Object.fromEntries([
      ...Object.keys(navigationHeaders).map((name) => [name, undefined]),
      ...Object.entries({ origin: undefined, referer: `${server.url}${path}` }),
    ])
  const client = new Client(server.url)
  const person = makePerson()
  const typed = { ...person, confirmPassword: person.password }
  expect((await client.submit('/signup', 'Sign up', typed, asText('/signup'))).location).toBe('/')
  const profile = { fullName: 'Typed in Lynx', bio: '', age: '' }
  const saved = await client.submit('/profile/edit', 'Save profile', profile, asText('/profile/edit'))
  expect(saved.location).toBe('/profile?saved=1')
  expect((await client.submit('/profile', 'Log out', {}, asText('/profile'))).location).toBe('/login?reason=signed-out')
  expect((await client.submit('/login', 'Log in', { ...person }, asText('/login'))).location).toBe('/')
  expect(await client.isSignedIn()).toBe(true)
})

test('reads a form in Lynx’s encoding', async ({ server, newPerson }) => {
  const person = await newPerson()
  const client = new Client(server.url)
  const { form } = await client.findForm('/login', 'Log in')
  const fields = [...form.hidden, ...Object.entries({ ...person })]
  const parts = fields.map(
    ([name, value]) =>
      `--LYNX\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${value}\r\n`,
  )
  const answer = await client.send({
    method: 'POST',
    path: '/login',
    body: `${parts.join('')}--LYNX--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=LYNX', referer: `${server.url}/login` },
  })
  expect(answer.location).toBe('/')
  expect(await client.isSignedIn()).toBe(true)
})

test('a request without any origin is told why it is rejected and what helps', async ({ client }) => {
  const answer = await client.submit('/login', 'Log in', { ...makePerson() }, unsaid)
  expect(answer.status).toBe(403)
  expect(answer.text).toContain('Your browser did not say where this form came from')
  expect(answer.text).toContain('Referer')
})

test('cross-site activity is rejected and does not extend the window [V3.5.1, T5]', async ({ client, server }) => {
  await client.signUp()
  const before = await client.readSession()
  await server.advance(seconds(60))
  for (const [from, headers] of Object.entries(foreign)) {
    const { status } = await client.fetch('/api/session/activity', { method: 'POST', headers })
    expect.soft([403, 500], `${from} → ${status}`).toContain(status)
  }
  expect((await client.readSession())?.idleDeadline).toBe(before?.idleDeadline)
})

test('rejects cross-site log-ins [V3.5.1, T5]', async ({ server, newPerson }) => {
  const person = await newPerson()
  const user = await findStoredUser(server.store, person.username)
  const countSessions = () => countStoredSessions(server.store, user?.id ?? '')
  const before = await countSessions()
  for (const [from, headers] of Object.entries(plain)) {
    const client = new Client(server.url)
    const answer = await client.submit('/login', 'Log in', { ...person }, headers)
    expect.soft([403, 500], `${from} → ${answer.status}`).toContain(answer.status)
    expect(client.cookies.has('session'), from).toBe(false)
  }
  expect(await countSessions()).toBe(before)
})

test('a forged host redirects nobody off the site [V4.1.3, T9]', async ({ client }) => {
  for (const headers of [
    { host: 'evil.test' },
    { 'x-forwarded-host': 'evil.test' },
    { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
  ]) {
    const { location } = await client.open('/profile', headers)
    expect(location).not.toContain('evil.test')
    expect(new URL(location ?? '', client.origin).origin).toBe(client.origin)
  }
})

test('a mailed link has the public URL, whatever host requested it [T9, V4.1.3]', { tag: '@json' }, async ({
  server,
}) => {
  const member = new Client(server.url)
  const { username } = await member.signUp()
  const address = `${username}@example.org`
  await member.submit('/security/email', 'Send code', { email: address })
  const code = codeIn(await letterTo(server, address, /^Your code: \d{8}/))
  await member.submit('/verify-email', 'Verify', { code })
  const forged: Headers[] = [
    { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' },
    { 'x-forwarded-host': 'evil.test', 'x-forwarded-for': '198.51.100.7', 'x-real-ip': '198.51.100.7' },
    { host: 'evil.test:80', 'x-original-host': 'evil.test', 'x-forwarded-server': 'evil.test' },
  ]
  for (const [n, headers] of forged.entries()) {
    const visitor = new Client(server.url)
    const answer = await visitor.submit('/forgot-password', 'Send link', { email: username }, headers)
    expect(answer.location).toBe('/forgot-password?sent=1')
    const { text = '', html = '' } = await letterTo(server, address, 'Choose a new password', n + 1)
    expect(text).toContain(`${server.url}/reset-password?token=`)
    expect(text).toContain('Network address: 127.0.0.1')
    expect(`${text}${html}`).not.toMatch(/evil\.test|198\.51\.100\.7/)
  }
})

test('another encoding does not bypass the check [V3.5.2]', { tag: '@json' }, async ({ server }) => {
  const member = new Client(server.url)
  await member.signUp()
  const users = await readStoredUsers(server.store)
  const form = await member.findForm('/profile/edit', 'Save profile')
  const fields = [...form.form.hidden, ['fullName', 'Forged'], ['bio', ''], ['age', '']] as [string, string][]
  const json = '{"password":"a","username":"b"}'
  for (const path of ['/profile/edit', '/logout', '/api/session/activity', '/api/password-strength', '/api/username']) {
    for (const [type, body] of [
      ['text/plain', json],
      ['application/x-www-form-urlencoded', new URLSearchParams(fields).toString()],
      [encodeMultipart(fields).headers['content-type'], encodeMultipart(fields).body],
      ['application/json', json],
      [undefined, json],
    ] as const) {
      for (const from of [{ origin: evil, 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, unsaid]) {
        const headers = { ...navigationHeaders, ...from, 'content-type': type }
        const { status } = await member.copy().send({ method: 'POST', path, headers, body })
        expect.soft(status, `${type} to ${path} with ${JSON.stringify(from)}`).toBe(403)
      }
    }
  }
  expect(await readStoredUsers(server.store)).toBe(users)
  expect(await member.isSignedIn()).toBe(true)
})

test('another site’s page in a browser cannot post here for a visitor', async ({
  loggedInPage,
  server,
  expectedNoise,
}) => {
  expectedNoise.push(/403 \(Forbidden\)/)
  const users = await readStoredUsers(server.store)
  const elsewhere = 'http://elsewhere.localhost/'
  await loggedInPage.route(elsewhere, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" enctype="multipart/form-data" action="${server.url}/logout"><button>Win a prize</button></form>`,
    }),
  )
  await loggedInPage.goto(elsewhere)
  await loggedInPage.getByRole('button', { name: 'Win a prize' }).click()
  await loggedInPage.waitForURL(`${server.url}/**`)
  await loggedInPage.goto(`${server.url}/profile`)
  await expect(loggedInPage.getByRole('heading', { level: 1 })).toHaveText('Profile')
  expect(await readStoredUsers(server.store)).toBe(users)
})
