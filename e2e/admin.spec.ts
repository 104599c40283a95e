// Admin pages: access, commands on users, and impersonation.
import type { Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { expect, giveCookies, signIn, test } from '#e2e/fixtures.ts'
import { firstAdmin, type KnownPerson, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import type { Client } from '#e2e/support/client.ts'
import { Client as NewClient } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { encodeActionCall, type Fields } from '#e2e/support/form-body.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import { letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { changePassword, confirm, fillSignUp, saveProfile } from '#e2e/support/site.ts'
import { readSiteActions } from '#e2e/support/site-actions.ts'
import { countStoredSessions, findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'

const everywhere = { tag: '@no-javascript' }
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const pageOf = ({ id }: KnownPerson) => `/admin/users/${id}`

async function logInAsAdmin(page: Page, server: TestServer): Promise<KnownPerson> {
  const admin = await makePersonWith(server, 'admin')
  await giveCookies(await logInAs(server, admin), page.context())
  return admin
}

test.describe('the first admin', () => {
  test('is created by the link that the server prints at start, which works once [V6.4.1]', async ({
    page,
    startOwnServer,
  }) => {
    const server = await startOwnServer()
    const path = await server.setUpPath()
    await page.goto(server.url + path)
    await expect(page).toHaveURL(`${server.url}/setup`)
    await fillSignUp(page, { username: 'ada', password: 'short' })
    await page.getByRole('button', { name: 'Create administrator' }).click()
    await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/at least 8 characters/)
    await fillSignUp(page, { username: 'ada', password: 'Lantern over the quay 47' })
    await page.getByRole('button', { name: 'Create administrator' }).click()
    await expect(page).toHaveURL(`${server.url}/admin`)
    await expect(page.getByRole('link', { name: 'Add a second factor' })).toHaveAttribute('href', /two-factor$/)
    expect(await findStoredUser(server.store, 'ada')).toMatchObject({ role: 'admin' })

    const late = new NewClient(server.url)
    await late.open(path)
    expect((await late.open('/setup')).text).toContain('This link no longer works')
    expect(JSON.stringify(server.logLines())).not.toContain(path.slice(-43))
    await server.restart()
    const isPrinted = await Promise.race([server.setUpPath().then(() => true), late.open('/login').then(() => false)])
    expect(isPrinted).toBe(false)
  })
})

test.describe('access', { tag: '@json' }, () => {
  const rooms = [
    '/admin',
    '/admin/users',
    '/admin/users/x',
    '/admin/users/selected?act=role&id=x',
    '/admin/users/export',
    '/admin/users/new',
    '/admin/users/x/suspend',
    '/admin/users/x/look',
    '/admin/users/x/delete',
    '/admin/invitations',
    '/admin/audit',
    '/admin/audit/export?format=csv',
  ]

  test('members and guests get 404, and the attempt is recorded [V8.2.1]', async ({ server }) => {
    for (const role of ['member', 'guest'] as const) {
      const person = await makePersonWith(server, role)
      const client = await logInAs(server, person)
      for (const room of rooms) expect((await client.open(room)).status, `${role} at ${room}`).toBe(404)
      expect((await client.open('/')).text).not.toContain('href="/admin"')
      const admin = await logInAs(server, await firstAdmin(server))
      expect((await admin.open(`/admin/audit?person=${person.username}`)).text).toContain('Access denied')
    }
  })

  test('an admin re-authenticates every five minutes and continues on the same page [V7.5.3]', async ({
    page,
    server,
  }) => {
    const admin = await logInAsAdmin(page, server)
    await page.goto('/admin/users?search=nobody-is-called-so')
    await expect(heading(page)).toHaveText('People')
    await server.advance(minutes(5))
    await page.goto('/admin/users?search=nobody-is-called-so')
    await expect(heading(page)).toHaveText('Confirm it is you')
    await confirm(page, admin.password)
    await expect(page).toHaveURL('/admin/users?search=nobody-is-called-so')
    await expect(page.getByText('No one matches.')).toBeVisible()
  })

  test('a role change takes effect at the next request [V8.3.2, T29]', async ({ server }) => {
    const person = await makePersonWith(server, 'admin')
    const client = await logInAs(server, person)
    expect((await client.open('/admin')).status).toBe(200)
    const chief = await logInAs(server, await firstAdmin(server))
    await chief.submit(pageOf(person), 'Change role', { role: 'guest' })
    expect((await client.open('/admin')).status).toBe(404)
    expect((await client.readSession())?.user.role).toBe('guest')
    expect((await client.open('/profile/edit')).location).toBe('/not-allowed')
  })
})

test.describe('commands', () => {
  const adminActions = readSiteActions().filter(({ name }) => name.startsWith('app/(admin)/'))

  async function call(client: Client, actionId: string, fields: Fields, path: string): Promise<void> {
    const { body, headers } = encodeActionCall(fields)
    await client.fetch(path, { method: 'POST', body, headers: { ...headers, 'next-action': actionId } })
  }

  test('of an admin change nothing when a member, a guest or a visitor posts them to a public page [V8.2.1, T4]', async ({
    server,
  }) => {
    const target = await makePersonWith(server, 'member')
    const itself = await logInAs(server, target)
    const others = [
      await logInAs(server, await makePersonWith(server, 'member')),
      await logInAs(server, await makePersonWith(server, 'guest')),
      new NewClient(server.url),
    ]
    const posting = await Promise.all(
      [...others, itself].map(async (client) => ({ client, token: await client.formToken() })),
    )
    const users = await readStoredUsers(server.store)
    expect(adminActions.length).toBeGreaterThan(10)
    for (const { id, fields: asked } of adminActions) {
      const fields = asked.map(([name, value]) => [name, /^ids?$/.test(name) ? target.id : value] as const)
      for (const { client, token } of posting) {
        for (const path of ['/login', '/admin/users']) await call(client, id, [...token, ...fields], path)
      }
    }
    expect(await readStoredUsers(server.store)).toBe(users)
    expect(await itself.isSignedIn()).toBe(true)
    expect(itself.cookies.has('handed-over-reset-password')).toBe(false)
    const admin = await logInAs(server, await firstAdmin(server))
    expect((await admin.open('/admin/invitations')).text).toContain('No invitation is open')
  })

  test('suspend a user to the end of a day, and lift the suspension [V7.4.2]', everywhere, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    const theirs = await logInAs(server, person)
    await page.goto(`${pageOf(person)}/suspend`)
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(page.getByLabel('Reason')).toHaveAccessibleDescription(/Enter a reason/)
    await page.getByLabel('Reason').fill('Sells honey')
    await page.getByLabel('Last day').fill('2020-01-31')
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(status(page, 'Enter a last day that is not over')).toBeVisible()
    expect(await theirs.isSignedIn()).toBe(true)

    await page.goto(`${pageOf(person)}/suspend`)
    await page.getByLabel('Reason').fill('Sells honey')
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(status(page, 'Suspended. All sessions were ended.')).toBeVisible()
    await expect(page.getByText('Reason: Sells honey')).toBeVisible()
    expect(await theirs.isSignedIn()).toBe(false)
    const answer = await new NewClient(server.url).logIn(person)
    expect(answer.text).toContain('This account is suspended')
    expect(answer.text).not.toContain('Sells honey')

    await page.getByRole('button', { name: 'Lift the suspension' }).click()
    await expect(status(page, 'The suspension was lifted.')).toBeVisible()
    await logInAs(server, person)
  })

  test('end every session of a user, who is told why [V7.4.5]', everywhere, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    const theirs = await logInAs(server, person)
    await page.goto(pageOf(person))
    await page.getByRole('button', { name: 'End all sessions' }).click()
    await expect(status(page, 'All sessions were ended.')).toBeVisible()
    await expect(page.getByText('Not logged in anywhere.')).toBeVisible()
    expect(await countStoredSessions(server.store, person.id)).toBe(0)
    expect((await theirs.open('/profile')).location).toBe('/login?next=%2Fprofile&reason=ended')
  })

  test(
    'create an account, whose password the person chooses by a link [V6.4.1]',
    everywhere,
    async ({ page, server }) => {
      await logInAsAdmin(page, server)
      const { username, password } = makePerson()
      await page.goto('/admin/users')
      await page.getByRole('link', { name: 'Add a person' }).click()
      await page.getByLabel('Username').fill('not valid')
      await page.getByLabel('Full name').fill('Alex Example')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/Enter a username/)
      await expect(page.getByLabel('Full name')).toHaveValue('Alex Example')
      await page.getByLabel('Username').fill(username)
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(status(page, 'The account was created.')).toBeVisible()
      await expect(heading(page)).toHaveText(username)
      const link = new URL((await page.getByText(`${server.url}/reset-password?token=`).textContent()) ?? '')

      const theirs = new NewClient(server.url)
      await theirs.open(link.pathname + link.search)
      await theirs.submit('/reset-password', 'Set password', { password, confirmPassword: password })
      await theirs.logIn({ username, password })
      expect(await theirs.isSignedIn()).toBe(true)
    },
  )

  test('start a reset that is handed over, and never set a password', everywhere, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await page.goto(pageOf(person))
    await page.getByRole('button', { name: 'Start a password reset' }).click()
    const link = (await page.getByText(`${server.url}/reset-password?token=`).textContent()) ?? ''
    await page.goto(pageOf(person))
    await expect(page.getByText('/reset-password?token=')).toHaveCount(0)
    const before = new NewClient(server.url)
    await before.logIn(person)
    expect(await before.isSignedIn(), 'the present password is void').toBe(false)

    const theirs = new NewClient(server.url)
    await theirs.open(new URL(link).pathname + new URL(link).search)
    const password = 'Another lantern by the harbour 9'
    const answer = await theirs.submit('/reset-password', 'Set password', { password, confirmPassword: password })
    expect(answer.location).toBe('/login?reset=1')
    await logInAs(server, { ...person, password })
  })

  test('delete a user, whom no log-in restores, and restore the user', everywhere, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await page.goto(`${pageOf(person)}/delete`)
    await page.getByRole('button', { name: 'Delete account' }).click()
    await expect(status(page, 'Deleted.')).toBeVisible()
    expect((await new NewClient(server.url).logIn(person)).text).toContain('The username or password is wrong.')
    await page.getByRole('button', { name: 'Restore account' }).click()
    await expect(status(page, 'The account was restored.')).toBeVisible()
    await logInAs(server, person)
  })

  test('wait for the password and then run [V7.5.3]', async ({ page, server }) => {
    const admin = await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await page.goto(pageOf(person))
    await page.getByLabel('Role').selectOption('guest')
    await server.advance(minutes(5))
    await page.getByRole('button', { name: 'Change role' }).click()
    await expect(page.getByText('To change the role, confirm it is you.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Confirm and change the role' })).toBeVisible()
    await confirm(page, admin.password)
    await expect(status(page, 'Role changed.')).toBeVisible()
    expect(await findStoredUser(server.store, person.username)).toMatchObject({ role: 'guest' })
  })

  test('that waited do not run for a user who is no longer an admin [V8.3.3, T18]', async ({ page, server }) => {
    const admin = await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await page.goto(pageOf(person))
    await server.advance(minutes(5))
    await page.getByLabel('Role').selectOption('admin')
    await page.getByRole('button', { name: 'Change role' }).click()
    const chief = await logInAs(server, await firstAdmin(server))
    await chief.submit(pageOf(admin), 'Change role', { role: 'member' })
    await confirm(page, admin.password)
    await expect(heading(page)).toHaveText('Not allowed')
    expect(await findStoredUser(server.store, person.username)).toMatchObject({ role: 'member' })
  })
})

test.describe('impersonation', () => {
  async function startLooking(page: Page, person: KnownPerson): Promise<void> {
    await page.goto(`${pageOf(person)}/look`)
    await page.getByLabel('Reason').fill('Says that the profile is empty')
    await page.getByRole('button', { name: 'Start viewing' }).click()
    await expect(page).toHaveURL('/')
    await expect(page.getByText(`You see the site as ${person.username} does.`)).toBeVisible()
  }

  test(
    'shows their pages, changes nothing, ends by a button and stands in their history',
    everywhere,
    async ({ page, server, expectedNoise }) => {
      expectedNoise.push(/404 \(Not Found\) \(\S+\/admin\)/)
      const admin = await logInAsAdmin(page, server)
      const person = await makePersonWith(server, 'member')
      await startLooking(page, person)
      for (const path of ['/', '/profile', '/security']) {
        await page.goto(path)
        await expect(page.getByText(`You see the site as ${person.username} does.`)).toBeVisible()
        await expect(page.getByText('Nothing can be changed.')).toBeVisible()
      }
      for (const path of ['/profile/edit', '/security/password', '/security/email', '/security/delete', '/confirm']) {
        await page.goto(path)
        await expect(heading(page)).toHaveText('Not allowed')
      }
      expect((await page.goto('/admin'))?.status()).toBe(404)
      await page.goto('/')
      await expect(page.getByRole('heading', { name: 'This session' })).toHaveCount(0)
      await page.goto('/profile/edit')
      await expect(page.getByRole('link', { name: 'Go to Home' })).toHaveCount(0)
      const stop = page.getByRole('main').getByRole('button', { name: 'Stop viewing' })
      await expect(stop, 'in the banner and as the next step').toHaveCount(2)
      await stop.last().click()
      await expect(page).toHaveURL(pageOf(person))

      const theirs = await logInAs(server, person)
      const { text } = await theirs.open('/security')
      expect(text).toContain('Viewed the site as the user')
      expect(textOf(text)).toContain(`by the administrator ${admin.username}`)
    },
  )

  test('rejects every form of the user, however it is posted', async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await startLooking(page, person)
    const client = new NewClient(server.url)
    await client.takeCookies(page.context())
    const users = await readStoredUsers(server.store)
    const token = await client.formToken()
    for (const { id, name, fields } of readSiteActions()) {
      if (name.includes('(visitor)') || name.includes('endImpersonation')) continue
      const { body, headers } = encodeActionCall([...token, ...fields])
      await client.fetch('/', { method: 'POST', body, headers: { ...headers, 'next-action': id } })
    }
    expect((await client.open('/security/export')).location).toBe('/not-allowed')
    expect(await readStoredUsers(server.store)).toBe(users)
    expect(await client.isSignedIn()).toBe(true)
  })

  test('ends after a quarter of an hour, and never shows an admin', async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    const other = await makePersonWith(server, 'admin')
    await page.goto(`${pageOf(other)}/look`)
    await page.getByLabel('Reason').fill('Curiosity')
    await page.getByRole('button', { name: 'Start viewing' }).click()
    await expect(status(page, 'You can view the site only as active users who are not administrators')).toBeVisible()

    await startLooking(page, person)
    await server.advance(minutes(8))
    await page.goto('/profile')
    await expect(page.getByText('You see the site as')).toBeVisible()
    await server.advance(minutes(7))
    await page.goto('/profile')
    await expect(page.getByText('You see the site as')).toHaveCount(0)
  })

  test('ends when the user becomes an admin', { tag: '@json' }, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    await startLooking(page, person)
    const chief = await logInAs(server, await firstAdmin(server))
    await chief.submit(pageOf(person), 'Change role', { role: 'admin' })
    await page.goto('/')
    await expect(page.getByText('You see the site as')).toHaveCount(0)
  })
})

test.describe('users', () => {
  test('are searched, filtered, sorted and paged', async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const mark = makePerson().username.slice(-6)
    const names = Array.from({ length: 53 }, (_, n) => `p${mark}.${String(n).padStart(2, '0')}`)
    const { password } = makePerson()
    const form = await new NewClient(server.url).findForm('/signup', 'Sign up')
    for (const username of names) {
      await new NewClient(server.url).post(form, Object.entries({ username, password, confirmPassword: password }))
    }
    await page.goto('/admin/users')
    // Filters apply on change, and keep the focus.
    await page.getByLabel('Search names and addresses').fill(`P${mark}`)
    await page.getByLabel('Search names and addresses').press('Enter')
    await expect(status(page, '53 people')).toBeVisible()
    await expect(page.getByLabel('Search names and addresses')).toBeFocused()
    const shown = page.getByRole('rowheader').getByRole('link')
    await expect(shown).toHaveText(names.slice(0, 50))
    await page.getByRole('link', { name: 'Next page' }).click()
    await expect(shown).toHaveText(names.slice(50))
    await page.getByRole('link', { name: 'Previous page' }).click()
    await expect(shown).toHaveText(names.slice(0, 50))
    await page.getByRole('link', { name: 'Signed up' }).click()
    await expect(page.getByRole('columnheader', { name: 'Signed up' })).toHaveAttribute('aria-sort', 'descending')
    await expect(shown).toHaveText(names.toReversed().slice(0, 50))
    await page.getByRole('link', { name: /^Person/ }).click()
    await page.getByRole('link', { name: /^Person/ }).click()
    await expect(shown).toHaveText(names.toReversed().slice(0, 50))
    await page.getByLabel('Role').selectOption('Guest')
    await expect(status(page, 'No people')).toBeVisible()
    await page.getByRole('link', { name: 'Clear filters' }).click()
    await expect(page).toHaveURL('/admin/users')
  })

  test('are changed several at once, and downloaded as CSV [V1.2.10]', everywhere, async ({ page, server }) => {
    const admin = await logInAsAdmin(page, server)
    const [one, other] = [await makePersonWith(server, 'member'), await makePersonWith(server, 'member')]
    const theirs = await logInAs(server, one)
    const saved = await theirs.submit('/profile/edit', 'Save profile', { fullName: '=1+1', bio: '', age: '' })
    expect(saved.location).toBe('/profile?saved=1')
    const select = async (...people: Person[]) => {
      await page.goto('/admin/users?state=active&order=newest')
      for (const { username } of people) await page.getByLabel(`Select ${username}`, { exact: true }).check()
    }
    await select(one, other, admin)
    await page.getByRole('button', { name: 'Change role' }).click()
    await expect(heading(page)).toHaveText('Change the role of 2 people')
    await expect(page.getByText('Your own account is selected, and stays as it is.')).toBeVisible()
    await page.getByLabel('Role').selectOption('Guest')
    await page.getByRole('button', { name: 'Change role' }).click()
    await expect(status(page, 'The roles of 2 people were changed.')).toBeVisible()
    await expect(page).toHaveURL(/\/admin\/users\?state=active&order=newest&did=role/)
    const client = new NewClient(server.url)
    await client.takeCookies(page.context())
    const { path, form } = await client.findForm(`/admin/users/selected?act=role&id=${one.id}`, 'Change role')
    const hidden = form.hidden.map(([name, value]): [string, string] => [
      name,
      name === 'ids' ? `${value},${admin.id}` : value,
    ])
    const { location } = await client.post({ path, form: { ...form, hidden } }, [['role', 'guest']])
    await page.goto(location ?? '')
    await expect(status(page, '1 person was not changed: That cannot be done to your own account here.')).toBeVisible()
    for (const { username } of [one, other])
      expect(await findStoredUser(server.store, username)).toMatchObject({ role: 'guest' })

    await select(one, other)
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(page.getByLabel('Reason')).toHaveAccessibleDescription(/Enter a reason/)
    await page.getByLabel('Reason').fill('Sell honey')
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(status(page, '2 people were suspended.')).toBeVisible()
    expect(await theirs.isSignedIn()).toBe(false)

    const { text, headers } = await client.open(`/admin/users/export?act=export&id=${one.id}&id=${other.id}`)
    expect(headers['content-disposition']).toBe('attachment; filename="gatehouse-people.csv"')
    const [, ...rows] = parse(text)
    expect(rows.map((row: string[]) => row.slice(0, 7)).toSorted()).toEqual(
      [
        [one.id, one.username, "'=1+1", '', 'no', 'guest', 'suspended'],
        [other.id, other.username, '', '', 'no', 'guest', 'suspended'],
      ].toSorted(),
    )
    const listed = await client.open(`/admin/users/export?search=${one.username}`)
    expect(parse(listed.text)).toHaveLength(2)
  })
})

test.describe('a guest', { tag: '@json' }, () => {
  test('can look around and delete the account, and change nothing else', async ({ page, server }) => {
    const guest = await makePersonWith(server, 'guest')
    await giveCookies(await logInAs(server, guest), page.context())
    await page.goto('/')
    await expect(heading(page)).toContainText(guest.username)
    for (const path of ['/profile', '/security']) {
      await page.goto(path)
      for (const name of [/^Edit profile/, /^Set /, /^Change /, /^Add address/]) {
        await expect(page.getByRole('main').getByRole('link', { name })).toHaveCount(0)
      }
    }
    await page.goto('/profile/edit')
    await expect(page.getByText('Your account can view this site')).toBeVisible()
    await page.goto('/security/delete')
    await page.getByRole('button', { name: 'Delete account' }).click()
    await expect(page).toHaveURL('/login?deleted=1')
  })
})

test.describe('invitations', () => {
  test('are handed over as a link for one sign-up with its role', everywhere, async ({ page, server }) => {
    await logInAsAdmin(page, server)
    await page.goto('/admin/invitations')
    await page.getByLabel('Role').selectOption('guest')
    await page.getByRole('button', { name: 'Invite' }).click()
    await expect(status(page, 'The invitation was created.')).toBeVisible()
    const link = new URL((await page.getByText(`${server.url}/signup?invitation=`).textContent()) ?? '')
    await page.goto('/admin/invitations')
    await expect(page.getByText('/signup?invitation=')).toHaveCount(0)

    const invited = new NewClient(server.url)
    expect((await invited.open(link.pathname + link.search)).location).toMatch(/\/signup$/)
    const person = await invited.signUp()
    expect(await findStoredUser(server.store, person.username)).toMatchObject({ role: 'guest', email: null })
    const late = new NewClient(server.url)
    await late.open(link.pathname + link.search)
    await late.signUp().then(async (next) => {
      expect(await findStoredUser(server.store, next.username)).toMatchObject({ role: 'member' })
    })
  })

  test('are mailed, verify the address and can be withdrawn', async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const address = `${makePerson().username}@example.org`
    await page.goto('/admin/invitations')
    await page.getByLabel('E-mail address').fill('not an address')
    await page.getByRole('button', { name: 'Invite' }).click()
    await expect(page.getByLabel('E-mail address')).toHaveAccessibleDescription(/such as name@example.com/)
    await page.getByLabel('E-mail address').fill(address)
    await page.getByRole('button', { name: 'Invite' }).click()
    await expect(status(page, 'The invitation was sent.')).toBeVisible()
    const path = pathIn(await letterTo(server, address, / invites you/))
    const invited = new NewClient(server.url)
    await invited.open(path)
    expect((await invited.open('/signup')).text).toContain(address)
    const person = await invited.signUp()
    expect(await findStoredUser(server.store, person.username)).toMatchObject({
      role: 'member',
      email: address,
      emailVerifiedAt: expect.any(Number),
    })

    const second = `${makePerson().username}@example.org`
    await page.getByLabel('E-mail address').fill(second)
    await page.getByRole('button', { name: 'Invite' }).click()
    const row = page.getByRole('row', { name: second })
    await row.getByRole('button', { name: 'Withdraw' }).click()
    await expect(status(page, 'The invitation was withdrawn.')).toBeVisible()
    await expect(row).toHaveCount(0)
  })
})

test.describe('the audit trail', () => {
  test('is searched and paged', async ({ page, server }) => {
    await logInAsAdmin(page, server)
    const person = await makePersonWith(server, 'member')
    const theirs = await logInAs(server, person)
    const form = await theirs.findForm('/profile/edit', 'Save profile')
    for (let times = 0; times < 52; times++) {
      await theirs.post(form, [
        ['fullName', `Name ${times}`],
        ['bio', ''],
        ['age', ''],
      ])
    }
    await page.goto('/admin/audit')
    await page.getByLabel('Event').selectOption('Profile changed')
    await expect(page).toHaveURL('/admin/audit?event=profile.changed')
    await page.getByLabel('Username or ID').fill(person.username)
    await page.getByLabel('Username or ID').press('Enter')
    await expect(page.getByRole('row')).toHaveCount(1 + 50)
    await page.getByRole('link', { name: 'Next page' }).click()
    await expect(page.getByRole('row')).toHaveCount(1 + 2)
    await page.getByRole('link', { name: 'First page' }).click()
    await expect(page.getByRole('row')).toHaveCount(1 + 50)
    await page.getByLabel('Outcome').selectOption('Refused')
    await expect(status(page, 'No entries match.')).toBeVisible()
    await page.getByLabel('Username or ID').fill('nobody-is-called-so')
    await page.getByLabel('Username or ID').press('Enter')
    await expect(status(page, 'No one has that username or ID.')).toBeVisible()
  })

  test('is exported as CSV without formulas and as JSON Lines [V1.2.10, V5.4.1, V5.4.2]', { tag: '@json' }, async ({
    server,
  }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    const person = await makePersonWith(server, 'member')
    const reason = '=HYPERLINK("https://evil.test","x")'
    await admin.submit(`${pageOf(person)}/suspend`, 'Suspend', { reason, lastDay: '' })
    const query = `person=${person.username}&event=account.suspended`
    const csv = await admin.open(`/admin/audit/export?format=csv&${query}&filename=evil.html`)
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toBe('attachment; filename="gatehouse-audit.csv"')
    for (const cell of parse(csv.text).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    const [header, line] = csv.text.trim().split('\n')
    expect(header).toBe('seq,at,event,outcome,actorId,subjectId,network,address,detail,previous,id')
    expect(line).toContain('account.suspended,done,')
    const jsonl = await admin.open(`/admin/audit/export?format=jsonl&${query}`)
    const [entry] = jsonl.text
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(entry).toMatchObject({ event: 'account.suspended', subjectId: person.id })
    expect(JSON.parse(entry.detail)).toEqual({ reason, until: '' })
    expect(Object.keys(entry).join()).not.toMatch(/salt/i)
  })

  test('lists the whole journey, and each user’s own events on the security page', async ({ page, server }) => {
    const person = await signIn(page.context(), server.url)
    await page.goto('/profile/edit')
    await saveProfile(page, { fullName: 'Zoë', bio: '', age: '' })
    await expect(page).toHaveURL('/profile?saved=1')
    const stranger: Person = { ...person, password: 'not the password' }
    await new NewClient(server.url).logIn(stranger)
    await page.goto('/security/password')
    const password = 'Another lantern by the harbour 9'
    await changePassword(page, { current: person.password, password })
    await expect(page).toHaveURL('/security?changed=1')
    const history = page.getByRole('region', { name: 'History' }).getByRole('listitem')
    await expect(history).toContainText([
      'Password changed',
      /^Failed log-in ?Wrong password ?before log-in/,
      'Profile changed',
      'Logged in',
      'Signed up',
    ])
  })
})
