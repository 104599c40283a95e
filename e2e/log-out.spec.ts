// Log-out: copied cookies stop working, and only the server's own cookies count.
import { expect, test } from '#e2e/fixtures.ts'
import { findActionId } from '#e2e/support/build-manifests.ts'
import { Client, type Filled } from '#e2e/support/client.ts'
import { encodeActionCall, type Fields } from '#e2e/support/form-body.ts'
import { tokenIn } from '#e2e/support/form-markup.ts'
import type { Answer } from '#e2e/support/http.ts'
import { isRefusal } from '#e2e/support/refusals.ts'
import { goTo, logOut } from '#e2e/support/site.ts'
import { countStoredSessions, findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'
import type { StoreLocation } from '#lib/stores/location.ts'

const secretName = 'Sentinel Quillfeather'

const changes: Fields = [
  ['fullName', 'Changed by a thief'],
  ['bio', ''],
  ['age', ''],
]

interface Theft {
  owner: Client
  /** A copy of the owner's cookie in the thief's browser. */
  thief: Client
  /** The form that the thief prepared while the session was live. */
  form: Filled
}

async function prepareTheft(origin: string): Promise<Theft> {
  const owner = new Client(origin)
  await owner.signUp()
  await owner.submit('/profile/edit', 'Save profile', { fullName: secretName, bio: '', age: '' })
  const thief = owner.copy()
  return { owner, thief, form: await thief.findForm('/profile/edit', 'Save profile') }
}

/** Tries every way to use a session; none may return or change data. */
async function expectWorthless({ thief, form }: Theft, store: StoreLocation): Promise<void> {
  const users = await readStoredUsers(store)
  const call = encodeActionCall([...tokenIn(form.form), ...changes])
  const actionId = findActionId('app/(member)/profile/edit/actions.ts#saveProfile')
  const byScript = { method: 'POST', body: call.body, headers: { ...call.headers, 'next-action': actionId } }
  const answers: Record<string, Answer> = {
    page: await thief.copy().open('/profile'),
    home: await thief.copy().open('/'),
    'router’s fetch': await thief.copy().fetch('/profile?_rsc=1', { headers: { rsc: '1' } }),
    form: await thief.copy().post(form, changes),
    'action by script': await thief.copy().fetch('/profile/edit', byScript),
    'action by script on a public page': await thief.copy().fetch('/login', byScript),
    handler: await thief.copy().fetch('/api/session'),
    activity: await thief.copy().fetch('/api/session/activity', { method: 'POST' }),
  }
  for (const [what, answer] of Object.entries(answers)) {
    expect(answer.text, what).not.toContain(secretName)
    expect(isRefusal(answer), `${what} → ${answer.status}`).toBe(true)
  }
  expect(await readStoredUsers(store)).toBe(users)
}

test('a copied cookie is useless after log-out [V7.4.1, T17]', async ({ server }) => {
  const theft = await prepareTheft(server.url)
  expect((await theft.thief.open('/profile')).text).toContain(secretName)

  expect((await theft.owner.logOut()).status).toBe(303)
  await expectWorthless(theft, server.store)
})

test('log-out removes the cookie and the record, and clears the browser’s storage and cache [V7.4.1, V14.3.1, T14]', async ({
  client,
  server,
}) => {
  const { username } = await client.signUp()
  const user = await findStoredUser(server.store, username)
  expect(await countStoredSessions(server.store, user?.id ?? '')).toBe(1)

  const answer = await client.logOut()
  expect(answer.location).toContain('/login?reason=signed-out')
  // Not "cookies", which would also clear those of sister sites.
  expect(answer.headers['clear-site-data']).toBe('"cache", "storage"')
  expect(client.cookies.has('session')).toBe(false)
  expect(await countStoredSessions(server.store, user?.id ?? '')).toBe(0)
})

test('only a POST logs out [V3.5.3, V7.4.4, T3]', async ({ client }) => {
  await client.signUp()
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
    await client.fetch('/logout', { method })
    await client.send({ method, path: '/logout' })
  }
  expect((await client.open('/logout')).status).toBe(405)
  expect(await client.isSignedIn()).toBe(true)
})

test('logging out twice is no error', async ({ client }) => {
  await client.signUp()
  const second = await client.copy().findForm('/profile', 'Log out')
  await client.logOut()
  expect((await client.post(second, [])).status).toBe(303)
})

test('a log-in ends the session that the browser presented [V7.2.2, V7.2.4, T16]', async ({ server, newPerson }) => {
  const person = await newPerson()
  const client = new Client(server.url)
  await client.logIn(person)
  const before = client.copy()
  const form = await new Client(server.url).findForm('/login', 'Log in')
  await client.post(form, Object.entries({ ...person }))

  expect(client.cookies.get('session')).not.toBe(before.cookies.get('session'))
  expect(await client.isSignedIn()).toBe(true)
  expect(await before.isSignedIn()).toBe(false)
})

test('a log-out leaves other sessions of the same user', async ({ server, newPerson }) => {
  const person = await newPerson()
  const [here, there] = [new Client(server.url), new Client(server.url)]
  await here.logIn(person)
  await there.logIn(person)
  await here.logOut()
  expect(await there.isSignedIn()).toBe(true)
})

test('a planted cookie never becomes a session [V7.2.1, V7.2.4, T16]', async ({ server, newPerson }) => {
  const person = await newPerson()
  const other = new Client(server.url)
  await other.signUp()
  const otherSeal = other.cookies.get('session') ?? ''
  await other.logOut()

  for (const planted of ['chosen-by-an-attacker', otherSeal, `${otherSeal.slice(0, -1)}x`]) {
    const client = new Client(server.url)
    client.cookies.set('session', planted)
    client.cookies.set('__Host-session', planted)
    expect(await client.isSignedIn()).toBe(false)
    await client.logIn(person)
    expect(client.cookies.get('session')).not.toBe(planted)
    expect(await client.isSignedIn()).toBe(true)

    const attacker = new Client(server.url)
    attacker.cookies.set('session', planted)
    expect(await attacker.isSignedIn()).toBe(false)
  }
})

test('scripts and other sites cannot read the session cookie, which ends with the browser [V3.3.2, V3.3.4, T21]', async ({
  server,
  newPerson,
}) => {
  const client = new Client(server.url)
  const answer = await client.logIn(await newPerson())
  const line = answer.headers['set-cookie']?.find((text) => text.startsWith('session='))
  expect(line).toMatch(/; *HttpOnly/i)
  expect(line).toMatch(/; *SameSite=Lax/i)
  expect(line).toMatch(/; *Path=\/(;|$)/i)
  expect(line).not.toMatch(/Max-Age|Expires|Domain/i)
  expect(line?.length).toBeLessThan(1024)

  const page = await client.open('/profile')
  expect(page.headers['set-cookie'], 'the cookie is set once').toBeUndefined()
  expect(page.headers['cache-control']).toContain('no-store')
})

test('the Back button shows nothing of an ended session [V14.3.1, T14]', async ({ loggedInPage }) => {
  await loggedInPage.goto('/')
  await goTo(loggedInPage, 'Profile')
  await expect(loggedInPage.getByRole('heading', { level: 1 })).toHaveText('Profile')
  await logOut(loggedInPage)
  await expect(loggedInPage).toHaveURL('/login?reason=signed-out')
  await loggedInPage.goBack()
  await expect(loggedInPage.getByRole('heading', { level: 1 })).toHaveText('Log in')
})
