// The server's log: each event's line, the ids that connect lines, and what no line may contain.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { codesIn, turnOnBy } from '#e2e/support/authenticator.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { type Answer, navigationHeaders, send } from '#e2e/support/http.ts'
import { codeIn, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import type { LogLine } from '#e2e/support/server-process.ts'
import { isPostedForm } from '#e2e/support/site.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

const idOf = (answer: Answer) => String(answer.headers['x-request-id'])

/** The one line about this for this answer. Waits, because some work continues after the answer. */
async function lineOf(server: TestServer, answer: Answer, event: string): Promise<LogLine> {
  const found = () => server.logLines().filter((line) => line.event === event && line.requestId === idOf(answer))
  await expect.poll(() => found().length, { message: `lines ${event} of ${idOf(answer)}` }).toBe(1)
  return found()[0] ?? {}
}

const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }

async function signUpWithAddress(server: TestServer, client: Client): Promise<Person & { email: string; id: string }> {
  const person = makePerson()
  const email = `${person.username}@example.org`
  await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email })
  const code = codeIn(await letterTo(server, email, /^Your code: \d{8}/))
  await client.submit('/verify-email', 'Verify', { code })
  const { id } = (await findStoredUser(server.store, person.username)) ?? { id: '' }
  return { ...person, email, id }
}

test('every answer has an id of ours, whichever part gives it and whatever id the client sends [V16.2.1]', async ({
  client,
  server,
}) => {
  const mine = { 'x-request-id': 'mine' }
  const answers = [
    await client.open('/login', mine),
    await client.open('/profile', mine),
    await client.open('/nowhere', mine),
    await send(server.address, { path: '/icon.svg', headers: mine }),
    await send(server.address, { path: '/healthz', headers: mine }),
    await client.fetch('/api/session', { headers: mine }),
    await client.send({ method: 'TRACE', path: '/', headers: mine }),
    await client.send({ method: 'POST', path: '/login', headers: { ...mine, 'transfer-encoding': 'chunked' } }),
    await client.send({ method: 'POST', path: '/login', headers: { ...navigationHeaders, ...crossSite, ...mine } }),
  ]
  for (const answer of answers) expect(idOf(answer), String(answer.status)).toMatch(/^[\w-]{16,}$/)
  expect(new Set(answers.map(idOf)).size).toBe(answers.length)
})

test('all lines of a request have its id: middleware, action, page, handler and later work [V16.2.1]', async ({
  client,
  server,
}) => {
  const refused = await client.send({ method: 'POST', path: '/login', headers: { ...navigationHeaders, ...crossSite } })
  expect(await lineOf(server, refused, 'request.refused')).toMatchObject({ code: 'wrong_origin', route: '/login' })

  const unread = await client.send({ method: 'TRACE', path: '/profile?a=b' })
  expect(await lineOf(server, unread, 'request.refused')).toMatchObject({ code: 'bad_request', route: '/profile' })

  const person = await client.signUp()
  const wrong = await new Client(server.url).logIn({ ...person, password: 'not this one' })
  expect(await lineOf(server, wrong, 'session.started')).toMatchObject({
    level: 'warn',
    kind: 'security',
    outcome: 'refused',
    code: 'credentials_wrong',
    network: '127.0.0.0/24',
    route: '/login',
  })

  const asked = await new Client(server.url).submit('/forgot-password', 'Send link', { email: person.username })
  expect(await lineOf(server, asked, 'password.reset_asked')).toMatchObject({ route: '/forgot-password' })

  const denied = await client.open('/admin')
  expect(await lineOf(server, denied, 'access.denied')).toMatchObject({ outcome: 'refused', route: '/admin' })

  const out = await client.logOut()
  expect(await lineOf(server, out, 'session.ended')).toMatchObject({ level: 'info', outcome: 'done', route: '/logout' })
})

test('a scripted form’s answer, which includes the next page, keeps the id of its request [V16.2.1]', async ({
  page,
  server,
}) => {
  const person = await new Client(server.url).signUp()
  await page.goto('/login')
  await page.getByLabel('Username').fill(person.username)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  const answered = page.waitForResponse(isPostedForm)
  await page.getByRole('button', { name: 'Log in' }).click()
  const id = (await (await answered).allHeaders())['x-request-id']
  const lines = server.logLines().filter(({ event, requestId }) => event === 'session.started' && requestId === id)
  expect(lines).toHaveLength(1)
})

test('each authentication event is a line: log-in, failure, reset, log-out and timeout [V16.3.1]', async ({
  client,
  server,
}) => {
  const person = await signUpWithAddress(server, client)
  const wrong = await new Client(server.url).logIn({ ...person, password: 'not this one' })
  expect(await lineOf(server, wrong, 'session.started')).toMatchObject({
    outcome: 'refused',
    about: person.id,
    who: null,
  })
  const elsewhere = new Client(server.url)
  const right = await elsewhere.logIn(person)
  expect(await lineOf(server, right, 'session.started')).toMatchObject({ outcome: 'done', who: person.id })
  await lineOf(server, await elsewhere.logOut(), 'session.ended')

  await elsewhere.submit('/forgot-password', 'Send link', { email: person.email })
  await elsewhere.open(pathIn(await letterTo(server, person.email, 'Choose a new password')))
  const password = `${person.password} anew`
  const form = await elsewhere.findForm('/reset-password', 'Set password')
  const reset = await elsewhere.post(form, Object.entries({ password, confirmPassword: password }))
  expect(await lineOf(server, reset, 'password.reset')).toMatchObject({ outcome: 'done', who: person.id })

  await elsewhere.logIn({ ...person, password })
  await server.advance(minutes(10))
  const late = await elsewhere.open('/profile')
  expect(await lineOf(server, late, 'session.ran_out')).toMatchObject({ code: 'idle', who: person.id })

  // The queue serves all requests, so its lines have no request id.
  const mailed = server.logLines().filter(({ event }) => event === 'mail_kept')
  expect(mailed.filter(({ requestId }) => requestId !== undefined)).toEqual([])
})

test('each rejection is a line with its reason, so that bypass attempts can be counted [V16.3.2, V16.3.3]', async ({
  client,
  server,
}) => {
  await client.signUp()
  const sealed = client.copy()
  sealed.cookies.set('session', `Fe26.2*1*${'a'.repeat(200)}~2`)
  expect(await lineOf(server, await sealed.open('/profile'), 'session.cookie_refused')).toMatchObject({
    code: 'bad_seal',
  })

  const extra = await client.submit('/profile/edit', 'Save profile', { fullName: 'A', bio: '', age: '', role: 'admin' })
  expect(await lineOf(server, extra, 'form.refused')).toMatchObject({ code: 'field_unknown' })

  const big = await client.send({ method: 'POST', path: '/login', headers: { 'content-length': '50000000' } })
  expect(await lineOf(server, big, 'request.refused')).toMatchObject({ code: 'too_large' })

  const first = new Client(server.url)
  const person = await signUpWithAddress(server, first)
  await first.submit('/forgot-password', 'Send link', { email: person.email })
  await first.open(pathIn(await letterTo(server, person.email, 'Choose a new password')))
  const form = await first.findForm('/reset-password', 'Set password')
  const second = first.copy()
  const fields = Object.entries({ password: `${person.password} anew`, confirmPassword: `${person.password} anew` })
  await first.post(form, fields)
  expect(await lineOf(server, await second.post(form, fields), 'link.refused')).toMatchObject({ code: 'reset' })

  // More often than the trail records it.
  for (let time = 0; time < 12; time++) await client.open('/admin')
  const denied = await client.open('/admin/users')
  expect(await lineOf(server, denied, 'access.denied')).toMatchObject({ outcome: 'refused' })
})

test('no line contains a secret, and each is one JSON object with its time in UTC [V16.2.2, V16.2.4, V16.2.5, T30]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { LOG_LEVEL: 'trace' } })
  const client = new Client(server.url)
  const secrets = new Set<string>()
  const keepCookies = ({ cookies }: Client) => {
    for (const value of cookies.values()) if (value.length >= 8) secrets.add(value)
  }
  const person = await signUpWithAddress(server, client)
  secrets.add(codeIn(await letterTo(server, person.email, /^Your code: \d{8}/)))
  keepCookies(client)
  // The form token is a secret of its session.
  const { form } = await client.findForm('/profile/edit', 'Save profile')
  for (const [name, value] of form.hidden) if (/token/i.test(name)) secrets.add(value)
  await client.submit('/profile/edit', 'Save profile', { fullName: 'canary-full-name', bio: 'canary-bio', age: '33' })
  const key = codesIn((await client.open('/security/two-factor')).text)[0] ?? ''
  for (const spelling of [key, key.replaceAll(' ', '')]) secrets.add(spelling)
  const { recoveryCodes } = await turnOnBy(client, server)
  expect(recoveryCodes).toHaveLength(10)
  for (const code of recoveryCodes) secrets.add(code).add(code.replaceAll('-', ''))
  const exported = (await client.open('/security/export')).text
  expect(exported).toContain(person.username)
  keepCookies(client)
  const passwords = [person.password, 'canary-wrong-password', `${person.password} changed`, `${person.password} reset`]
  const [, wrong = '', changed = '', renewed = ''] = passwords
  await new Client(server.url).logIn({ ...person, password: wrong })
  await new Client(server.url).logIn({ username: 'canary-typed-in-the-wrong-field', password: wrong })
  const change = { currentPassword: person.password, password: changed, confirmPassword: changed }
  await client.submit('/security/password', 'Change password', change)
  keepCookies(client)
  await client.submit('/forgot-password', 'Send link', { email: person.email })
  const link = pathIn(await letterTo(server, person.email, 'Choose a new password'))
  secrets.add(new URLSearchParams(link.split('?')[1]).get('token') ?? '')
  await client.open(link)
  keepCookies(client)
  await client.submit('/reset-password', 'Set password', { password: renewed, confirmPassword: renewed })
  await client.logIn({ ...person, password: renewed })
  keepCookies(client)
  await client.submit('/login/two-factor', 'Log in', { code: recoveryCodes[0] ?? '' })
  expect(await client.isSignedIn()).toBe(true)
  keepCookies(client)
  const admin = await logInAs(server, await firstAdmin(server))
  await admin.open(`/admin/users/${person.id}`)
  await client.logOut()
  await server.stop()

  const { stdout, stderr } = server.output()
  // The only link that belongs on the console: it is for the operator who starts the site.
  const forPeople = stderr.replace(/^There is no administrator yet.*$/m, '')
  for (const canary of [...secrets, ...passwords, 'canary-', person.email, person.username]) {
    expect(canary.length, 'a canary').toBeGreaterThan(6)
    expect(stdout + forPeople, canary).not.toContain(canary)
  }
  for (const secret of [...secrets, ...passwords]) expect(exported, secret).not.toContain(secret)
  expect(secrets.size).toBeGreaterThanOrEqual(5)
  const events = server.logLines().map(({ event }) => event)
  for (const done of ['profile.changed', 'password.changed', 'password.reset', 'session.ended', 'mail_kept'])
    expect(events).toContain(done)
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines) {
    const { time, level, event, msg } = JSON.parse(line) as LogLine
    expect(time, line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    for (const field of [level, event, msg]) expect(typeof field, line).toBe('string')
  }
})

test('text that looks like a line, a format or a terminal command stays text [V16.4.1, V1.3.10, T30]', async ({
  client,
  server,
}) => {
  const hostile = ['a\n{"event":"injected"}', '\u001b[31mred\u001b[0m', '%s%o%c%j', '\u009b2J']
  for (const username of hostile) {
    await client.submit('/login', 'Log in', { username, password: username })
    await client.submit('/forgot-password', 'Send link', { email: username })
    await client.open(`/nowhere/${encodeURIComponent(username)}?q=${encodeURIComponent(username)}`, {
      'user-agent': encodeURIComponent(username),
    })
    const path = `/login/${encodeURI(username)}`
    await client.send({ method: 'POST', path, headers: { ...navigationHeaders, ...crossSite } })
  }
  const { stdout } = server.output()
  expect(stdout).not.toContain('\u001b')
  for (const line of stdout.trim().split('\n')) expect((JSON.parse(line) as LogLine).event).not.toBe('injected')
  const routes = server.logLines().map(({ route }) => route)
  expect(routes).toContain('/login/%25s%25o%25c%25j')
})
