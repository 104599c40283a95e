// The security page: sessions and how to end them, password change, and re-authentication.
import type { BrowserContext, Page } from '@playwright/test'
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { Client, type Filled } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { leaveMidnightBehind } from '#e2e/support/midnight.ts'
import { iPhone, logInWithOtherBrowser, outliveProof } from '#e2e/support/other-browser.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { changePassword, confirm, logIn, sessionEntries, signUp } from '#e2e/support/site.ts'

const everywhere = { tag: '@no-javascript' }

/** A new user, logged in with the page's browser and with Firefox on Windows. */
async function logInTwice(page: Page, origin: string): Promise<{ person: Person; otherBrowser: Client }> {
  const person = await signIn(page.context(), origin)
  return { person, otherBrowser: await logInWithOtherBrowser(origin, person) }
}

/** The URL that a browser is sent to at its next navigation. */
async function nextStep(client: Client): Promise<string | null> {
  return (await client.open('/profile')).location
}

/** The cookies that a thief copied from the browser. */
async function copyOf(context: BrowserContext, origin: string): Promise<Client> {
  const thief = await new Client(origin).takeCookies(context)
  expect(await thief.isSignedIn()).toBe(true)
  return thief
}

const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const endButton = (page: Page, device: string) => page.getByRole('button', { name: `End session ${device}` })
const endOthersButton = (page: Page) => page.getByRole('button', { name: 'End all other sessions' })
const heading = (page: Page) => page.getByRole('heading', { level: 1 })

async function expectFault(page: Page, label: string, sentence: RegExp): Promise<void> {
  await expect(page.getByLabel(label, { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel(label, { exact: true })).toHaveAccessibleDescription(sentence)
}

test(
  'sessions are listed, this one first, each with what tells it apart [V7.5.2]',
  everywhere,
  async ({ page, server }) => {
    await leaveMidnightBehind(server)
    const person = makePerson()
    await page.goto('/signup')
    await signUp(page, person)
    await expect(page).toHaveURL('/')
    await logInWithOtherBrowser(server.url, person)
    await logInWithOtherBrowser(server.url, person, iPhone)
    await logInWithOtherBrowser(server.url, person, 'curl/8.5.0')
    await new Client(server.url).signUp()

    await page.goto('/security')
    await expect(sessionEntries(page)).toHaveCount(4)
    const first = sessionEntries(page).first()
    await expect(first).toContainText('Chrome on Linux')
    await expect(first).toContainText('This device')
    await expect(first.getByRole('button')).toHaveCount(0)
    for (const device of ['Firefox on Windows', 'Safari on iOS', 'Unknown browser']) {
      const entry = sessionEntries(page).filter({ hasText: device })
      await expect(entry).not.toContainText('This device')
      await expect(entry.getByText('localhost')).toBeVisible()
      await expect(entry.getByText(/active today at \d\d:\d\d/)).toBeVisible()
      await expect(endButton(page, device)).toBeVisible()
    }
  },
)

test('shows five sessions and folds the rest', everywhere, async ({ page, server }) => {
  const { person } = await logInTwice(page, server.url)
  for (const _ of [1, 2, 3, 4]) await logInWithOtherBrowser(server.url, person)
  await page.goto('/security')
  await expect(sessionEntries(page)).toHaveCount(5)
  await page.getByText('1 more session').click()
  await expect(sessionEntries(page)).toHaveCount(6)
})

test('the history names devices and says what failed; Home has the log-ins', everywhere, async ({ page, server }) => {
  await leaveMidnightBehind(server)
  const { person } = await logInTwice(page, server.url)
  await new Client(server.url).submit(
    '/login',
    'Log in',
    { username: person.username, password: 'not this one' },
    { 'user-agent': iPhone },
  )
  await page.goto('/')
  const logIns = page.getByRole('region', { name: 'Latest log-ins' })
  await expect(logIns.getByRole('listitem')).toHaveText([/^Firefox on Windows.*today at/, /today at/])
  await logIns.getByRole('link', { name: 'All activity' }).click()
  await expect(page).toHaveURL('/security#history')
  const latest = page.getByRole('region', { name: 'History' }).getByRole('listitem').first()
  await expect(latest).toHaveText(/Failed log-in\s*Wrong password.*Safari on iOS/)
})

test('ending a session tells its browser why and leaves the others [V7.5.2]', everywhere, async ({ page, server }) => {
  const { person, otherBrowser } = await logInTwice(page, server.url)
  const third = await logInWithOtherBrowser(server.url, person, iPhone)

  await page.goto('/security')
  await endButton(page, 'Firefox on Windows').click()
  await expect(page).toHaveURL('/security?ended=1')
  await expect(status(page, 'Session ended.')).toBeVisible()
  await expect(sessionEntries(page)).toHaveCount(2)

  const told = (await nextStep(otherBrowser)) ?? ''
  expect(told).toContain('reason=ended')
  expect((await otherBrowser.open(told)).text).toContain('This session was ended from another place.')
  expect(await third.isSignedIn()).toBe(true)
})

test('ends all other sessions at once and keeps this one [V7.5.2]', everywhere, async ({ page, server }) => {
  const { person, otherBrowser } = await logInTwice(page, server.url)
  const third = await logInWithOtherBrowser(server.url, person, iPhone)

  await page.goto('/security')
  await endOthersButton(page).click()
  await expect(page).toHaveURL('/security?ended=others')
  await expect(status(page, 'All other sessions were ended.')).toBeVisible()
  await expect(sessionEntries(page)).toHaveCount(1)
  await expect(endOthersButton(page)).toHaveCount(0)
  for (const ended of [otherBrowser, third]) expect(await nextStep(ended)).toContain('reason=ended')
})

test('ending an ended session says so and keeps its reason', everywhere, async ({ page, server }) => {
  const { otherBrowser } = await logInTwice(page, server.url)
  await page.goto('/security')
  const left = otherBrowser.copy()
  await otherBrowser.logOut()
  await endButton(page, 'Firefox on Windows').click()
  await expect(status(page, 'That session was over already.')).toBeVisible()
  await expect(sessionEntries(page)).toHaveCount(1)
  expect(await nextStep(left)).toContain('reason=signed-out')
})

test('another user’s session stays, whatever the form says [V7.5.2, V8.2.2]', async ({ server, newPerson }) => {
  const [owner, stranger] = [await newPerson(), await newPerson()]
  const [here, there] = [await logInWithOtherBrowser(server.url, owner), await logInWithOtherBrowser(server.url, owner)]
  const [theirs, theirOther] = [
    await logInWithOtherBrowser(server.url, stranger),
    await logInWithOtherBrowser(server.url, stranger),
  ]
  const theirId = idIn(await theirs.findForm('/security', 'End session'))
  const own = await here.findForm('/security', 'End session')

  for (const id of [theirId, 'f'.repeat(64), '', '__proto__']) {
    const answer = await here.post(withId(own, id), [])
    expect(answer.location, id).toBe('/security?ended=already')
  }
  for (const client of [here, there, theirs, theirOther]) expect(await client.isSignedIn()).toBe(true)

  expect((await here.post(own, [])).location).toBe('/security?ended=1')
  expect(await there.isSignedIn()).toBe(false)
})

function idIn({ form }: Filled): string {
  const id = form.hidden.find(([name]) => name === 'id')?.[1] ?? ''
  expect(id).toMatch(/^[0-9a-f]{64}$/)
  return id
}

function withId({ path, form }: Filled, id: string): Filled {
  return { path, form: { ...form, hidden: form.hidden.map(([name, value]) => [name, name === 'id' ? id : value]) } }
}

test('no GET ends a session, and scripts see no session id or proof [V3.5.3, V15.3.1]', async ({
  server,
  newPerson,
}) => {
  const person = await newPerson()
  const [here, otherBrowser] = [
    await logInWithOtherBrowser(server.url, person),
    await logInWithOtherBrowser(server.url, person),
  ]
  const id = idIn(await here.findForm('/security', 'End session'))
  for (const path of ['/security?ended=others', `/security?id=${id}`, `/confirm?act=end-session&id=${id}`]) {
    await here.open(path)
  }
  expect(await otherBrowser.isSignedIn()).toBe(true)
  const told = (await here.fetch('/api/session')).text
  expect(Object.keys(JSON.parse(told)).toSorted()).toEqual([
    'absoluteDeadline',
    'idleDeadline',
    'now',
    'startedAt',
    'user',
  ])
})

test(
  'a new password is refused with the reason, and nothing changes [V6.2.3]',
  everywhere,
  async ({ page, server }) => {
    const { person, otherBrowser } = await logInTwice(page, server.url)
    const { password } = makePerson()
    const tries: [change: Parameters<typeof changePassword>[1], field: string, sentence: RegExp][] = [
      [{ current: 'not it', password }, 'Current password', /The current password is wrong\./],
      [{ current: person.password, password: 'password123' }, 'New password', /one of the most common passwords/],
      [{ current: person.password, password, confirmation: 'another' }, 'Confirm new password', /The two differ\./],
    ]
    for (const [change, field, sentence] of tries) {
      await page.goto('/security/password')
      await changePassword(page, change)
      await expectFault(page, field, sentence)
      expect(await page.content()).not.toContain(person.password)
    }
    expect(await otherBrowser.isSignedIn()).toBe(true)
    await logInWithOtherBrowser(server.url, person)
  },
)

test(
  'changing the password ends all other sessions and renews this one [V6.2.2, V7.2.4, V7.4.3]',
  everywhere,
  async ({ page, context, server }) => {
    await leaveMidnightBehind(server)
    const { person, otherBrowser } = await logInTwice(page, server.url)
    const thief = await copyOf(context, server.url)
    const { password } = makePerson()

    await page.goto('/security')
    await expect(page.getByText('Not changed since you signed up')).toBeVisible()
    await page.getByRole('link', { name: 'Change password' }).click()
    await changePassword(page, { current: person.password, password })
    await expect(page).toHaveURL('/security?changed=1')
    await expect(status(page, 'Password changed. All other sessions were ended.')).toBeVisible()
    await expect(page.getByText(/^Changed today at/)).toBeVisible()
    await expect(sessionEntries(page)).toHaveCount(1)

    const told = (await nextStep(otherBrowser)) ?? ''
    expect(told).toContain('reason=password-changed')
    expect((await otherBrowser.open(told)).text).toContain('The password of this account was changed')
    expect(await thief.isSignedIn(), 'the token from before').toBe(false)
    await page.goto('/profile')
    await expect(heading(page)).toHaveText('Profile')

    const back = new Client(server.url)
    expect((await back.logIn(person)).text).toContain('The username or password is wrong.')
    expect(await back.isSignedIn()).toBe(false)
    await back.logIn({ ...person, password })
    expect(await back.isSignedIn()).toBe(true)
  },
)

test('shows the strength of a new password during typing, with the username in mind', async ({ page, server }) => {
  const { person } = await logInTwice(page, server.url)
  await page.goto('/security/password')
  const asked = page.waitForRequest('**/api/password-strength')
  await page.getByLabel('New password', { exact: true }).fill('correct horse')
  expect((await asked).postDataJSON()).toEqual({ password: 'correct horse', username: person.username })
  await expect(page.getByText(/^(Very weak|Weak|Not strong enough yet|Strong enough|Strong)\./)).toBeVisible()
})

test(
  'after ten minutes, ending a session asks for the password first and is then done [V7.2.4, V7.5.2]',
  everywhere,
  async ({ page, context, server }) => {
    const { person, otherBrowser } = await logInTwice(page, server.url)
    await outliveProof(server, [page], [otherBrowser])
    await page.goto('/security')
    await endButton(page, 'Firefox on Windows').click()

    await expect(heading(page)).toHaveText('Confirm it is you')
    await expect(page.getByText('To end the session “Firefox on Windows”')).toBeVisible()
    expect(await otherBrowser.isSignedIn()).toBe(true)
    await confirm(page, 'not the password')
    await expectFault(page, 'Password', /The password is wrong\./)
    await page.goto(page.url())
    await expect(page.getByText('To end the session “Firefox on Windows”')).toBeVisible()
    expect(await otherBrowser.isSignedIn()).toBe(true)

    const thief = await copyOf(context, server.url)
    await confirm(page, person.password)
    await expect(page).toHaveURL('/security?ended=1')
    await expect(status(page, 'Session ended.')).toBeVisible()
    expect(await nextStep(otherBrowser)).toContain('reason=ended')
    expect(await thief.isSignedIn(), 'the token from before').toBe(false)
  },
)

test(
  'a re-authentication counts for ten minutes, and browsing does not extend it',
  everywhere,
  async ({ page, server }) => {
    const { person, otherBrowser } = await logInTwice(page, server.url)
    await outliveProof(server, [page], [otherBrowser])
    await page.goto('/security')
    await endOthersButton(page).click()
    await expect(page.getByText('To end all other sessions, confirm')).toBeVisible()
    await confirm(page, person.password)
    await expect(page).toHaveURL('/security?ended=others')
    expect(await nextStep(otherBrowser)).toContain('reason=ended')

    const second = await logInWithOtherBrowser(server.url, person)
    await server.advance(minutes(9))
    await page.goto('/security')
    await endOthersButton(page).click()
    await expect(page).toHaveURL('/security?ended=others')
    expect(await second.isSignedIn()).toBe(false)

    await logInWithOtherBrowser(server.url, person)
    await server.advance(minutes(1))
    await page.goto('/security')
    await endOthersButton(page).click()
    await expect(heading(page)).toHaveText('Confirm it is you')
  },
)

test('an unconfirmed command does not run [V7.5.3]', everywhere, async ({ page, server }) => {
  const { otherBrowser } = await logInTwice(page, server.url)
  await outliveProof(server, [page], [otherBrowser])
  await page.goto('/security')
  await endOthersButton(page).click()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page).toHaveURL('/security')
  expect(await otherBrowser.isSignedIn()).toBe(true)
})

test('a page that asks says which, and Cancel leads out', everywhere, async ({ page, server }) => {
  await logInTwice(page, server.url)
  await outliveProof(server, [page], [])
  for (const [path, name, before] of [
    ['/security/passkeys', 'Passkeys', '/security'],
    ['/security/username', 'Change username', '/account'],
  ] as const) {
    await page.goto(path)
    await expect(page.getByText(`To open “${name}”, confirm it is you.`)).toBeVisible()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await expect(page).toHaveURL(before)
  }
})

test('a page confirms the command it showed, once, in its own session [V2.3.1, V7.5.3]', async ({
  server,
  newPerson,
}) => {
  const person = await newPerson()
  const here = await logInWithOtherBrowser(server.url, person)
  const otherBrowser = await logInWithOtherBrowser(server.url, person)
  await outliveProof(server, [], [here, otherBrowser])
  const endOthers = await here.findForm('/security', 'End all other sessions')
  const password = Object.entries({ password: person.password })
  const [shown, later] = [(await here.post(endOthers, [])).location, (await here.post(endOthers, [])).location]
  expect(shown).toMatch(/^\/confirm\?/)

  const replaced = await here.findForm(shown ?? '', 'Confirm')
  const waiting = await otherBrowser.copy().findForm(later ?? '', 'Confirm')
  expect((await here.copy().open(later ?? '')).text).toContain('To end all other sessions')
  expect((await otherBrowser.open(later ?? '')).text).not.toContain('To end all other sessions')
  expect((await otherBrowser.post(waiting, password)).location).toBe('/security?undone=lapsed')
  expect((await here.post(replaced, password)).location).toBe('/security?undone=lapsed')
  for (const client of [here, otherBrowser]) expect(await client.isSignedIn()).toBe(true)
})

test('a confirmation leads where the URL says and never off the site [V3.7.2, T8]', async ({ server, newPerson }) => {
  const person = await newPerson()
  const client = await logInWithOtherBrowser(server.url, person)
  // A user who has just logged in is not asked again.
  expect((await client.open('/confirm?next=%2Fprofile')).location).toBe('/profile')
  for (const [next, leadsTo] of [
    ['/profile/edit', '/profile/edit'],
    ['//evil.test', '/'],
    ['https://evil.test/', '/'],
    ['/logout', '/'],
  ] as const) {
    await server.advance(minutes(2))
    const form = await client.findForm(`/confirm?${new URLSearchParams({ next })}`, 'Confirm')
    expect((await client.post(form, [['password', person.password]])).location, next).toBe(leadsTo)
  }
})

test('after a log-in before a re-authentication, the user lands on the requested page', async ({ page, server }) => {
  const { person, otherBrowser } = await logInTwice(page, server.url)
  await outliveProof(server, [page], [otherBrowser])
  await page.goto('/security')
  await endOthersButton(page).click()
  await expect(heading(page)).toHaveText('Confirm it is you')
  await server.advance(minutes(10))
  await page.reload()
  await logIn(page, person)
  await expect(page).toHaveURL('/security')
})
