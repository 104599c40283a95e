// Email: verification, forgotten passwords, security alerts and account deletion.
import type { Page } from '@playwright/test'
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { codeIn, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { firefox, logInWithOtherBrowser, outliveProof } from '#e2e/support/other-browser.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { confirm, fillSignUp, logIn, logOut } from '#e2e/support/site.ts'

const everywhere = { tag: '@no-javascript' }
const addressOf = ({ username }: Person) => `${username}@example.org`
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const emailCard = (page: Page) => page.getByRole('region', { name: 'E-mail' })

/** The page's browser is logged in as a new user with a verified address. */
async function signUpWithAddress(page: Page, server: TestServer): Promise<Person> {
  const [client, person] = [new Client(server.url), makePerson()]
  await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: addressOf(person) })
  const code = codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/))
  expect((await client.submit('/verify-email', 'Verify', { code })).location).toBe('/security?address=added')
  await giveCookies(client, page.context())
  return person
}

async function askForLink(page: Page, name: string): Promise<void> {
  await page.goto('/forgot-password')
  await page.getByLabel('Username or e-mail address').fill(name)
  await page.getByRole('button', { name: 'Send link' }).click()
  await expect(heading(page)).toHaveText('Check your e-mail')
}

test('an address from sign-up is verified by its code', everywhere, async ({ page, server }) => {
  const person = makePerson()
  await page.goto('/signup')
  await fillSignUp(page, person)
  await page.getByLabel('E-mail address').fill(addressOf(person))
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(heading(page)).toHaveText('Verify your e-mail address')
  await page.getByLabel('Code').fill(codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/)))
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(page).toHaveURL('/security?address=added')
  await expect(status(page, 'E-mail address verified.')).toBeVisible()
  await expect(emailCard(page)).toContainText(addressOf(person))
  await expect(emailCard(page)).toContainText('Verified')

  await logOut(page)
  await page.goto('/login')
  await logIn(page, { ...person, username: addressOf(person).toUpperCase() })
  await expect(page).toHaveURL('/')
})

test('a pasted code is sent without a press', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const person = makePerson()
  await page.goto('/signup')
  await fillSignUp(page, person)
  await page.getByLabel('E-mail address').fill(addressOf(person))
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(heading(page)).toHaveText('Verify your e-mail address')
  const code = codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/))
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 4)} ${code.slice(4)}`)
  await page.getByLabel('Code').focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(page).toHaveURL('/security?address=added')
})

test(
  'the mail’s link fills the code in, leaves the address bar, and asks who it is [V6.3.6, V7.6.2]',
  everywhere,
  async ({ page, server }) => {
    const person = makePerson()
    await page.goto('/signup')
    await fillSignUp(page, person)
    await page.getByLabel('E-mail address').fill(addressOf(person))
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(heading(page)).toHaveText('Verify your e-mail address')
    const letter = await letterTo(server, addressOf(person), /^Your code: \d{8}/)
    await page.context().clearCookies()
    await page.goto(pathIn(letter))
    await expect(page).toHaveURL('/login?next=%2Fverify-email')
    await logIn(page, person)
    await expect(page).toHaveURL('/verify-email')
    await expect(page.getByLabel('Code')).toHaveValue(codeIn(letter))
    await page.getByRole('button', { name: 'Verify' }).click()
    await expect(page).toHaveURL('/security?address=added')
  },
)

test(
  'a wrong code shows an error, and a new one can be sent after a minute',
  everywhere,
  async ({ page, startOwnServer }) => {
    const server = await startOwnServer({ env: { LIMITS: 'on' } })
    const person = makePerson()
    await page.goto(`${server.url}/signup`)
    await fillSignUp(page, person)
    await page.getByLabel('E-mail address').fill(addressOf(person))
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(heading(page)).toHaveText('Verify your e-mail address')
    await page.getByRole('button', { name: 'Send another code' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'A code was just sent.' })).toBeVisible()
    const first = codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/))
    const wrong = String((Number(first) + 1) % 10 ** 8).padStart(8, '0')
    for (const [typed, sentence] of [
      ['123', 'Enter the code of 8 digits from the mail.'],
      [wrong, 'The code is wrong. Enter the latest one.'],
    ] as const) {
      await page.goto(`${server.url}/verify-email`)
      await page.getByLabel('Code').fill(typed)
      await page.getByRole('button', { name: 'Verify' }).click()
      await expect(page.getByLabel('Code')).toHaveAccessibleDescription(sentence)
    }
    await server.advance(seconds(60))
    await page.goto(`${server.url}/verify-email`)
    await page.getByRole('button', { name: 'Send another code' }).click()
    await expect(status(page, 'A new code is on its way.')).toBeVisible()
    const second = codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/, 2))
    await page.getByLabel('Code').fill(`${second.slice(0, 4)} ${second.slice(4)}`)
    await page.getByRole('button', { name: 'Verify' }).click()
    await expect(page).toHaveURL(`${server.url}/security?address=added`)
    // Before its server stops.
    await page.close()
  },
)

test('twenty concurrent uses of a code count once [V2.3.4, V6.5.1, T28]', async ({ server }) => {
  const [client, person] = [new Client(server.url), makePerson()]
  await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: addressOf(person) })
  const code = codeIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/))
  const form = await client.findForm('/verify-email', 'Verify')
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.copy().post(form, [['code', code]])))
  expect(answers.filter(({ location }) => location === '/security?address=added')).toHaveLength(1)
})

test('changing an address alerts the old one, which can undo it', everywhere, async ({ page, server }) => {
  const person = await signUpWithAddress(page, server)
  await server.advance(seconds(60))
  await page.goto('/security')
  await page.getByRole('link', { name: 'Change address' }).click()
  await page.getByLabel('E-mail address').fill(`new-${addressOf(person)}`)
  await page.getByRole('button', { name: 'Send code' }).click()
  await expect(heading(page)).toHaveText('Verify your e-mail address')
  await page.goto('/security')
  await expect(emailCard(page)).toContainText('Waits to be verified.')
  const code = codeIn(await letterTo(server, `new-${addressOf(person)}`, /^Your code: \d{8}/))
  await page.goto('/verify-email')
  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(status(page, 'E-mail address changed.')).toBeVisible()
  await expect(emailCard(page)).toContainText(`new-${addressOf(person)}`)

  const told = await letterTo(server, addressOf(person), 'Your e-mail address was changed')
  await page.goto(pathIn(told))
  await expect(page).toHaveURL('/not-me')
  await page.getByRole('button', { name: 'Secure my account' }).click()
  await expect(heading(page)).toHaveText('Every session was ended')
  await page.goto('/security')
  await expect(page).toHaveURL(/\/login\?next=%2Fsecurity&reason=ended/)
  const link = await letterTo(server, addressOf(person), 'Choose a new password')
  await page.goto(pathIn(link))
  await expect(heading(page)).toHaveText('Choose a new password')
})

test(
  'removing an address asks for the password when the proof is old, and goes on by itself [V7.5.1, V6.3.7]',
  everywhere,
  async ({ page, server }) => {
    const person = await signUpWithAddress(page, server)
    await outliveProof(server, [page], [])
    await page.goto('/security')
    await page.getByRole('link', { name: 'Change address' }).click()
    await expect(heading(page)).toHaveText('Confirm it is you')
    await confirm(page, person.password)
    await expect(page).toHaveURL('/security/email')
    await server.advance(minutes(9))
    await page.goto('/security/email')
    await server.advance(minutes(2))
    await page.getByRole('button', { name: 'Remove address' }).click()
    await expect(page.getByText('To remove your e-mail address, confirm it is you.')).toBeVisible()
    await confirm(page, person.password)
    await expect(status(page, 'E-mail address removed.')).toBeVisible()
    await expect(emailCard(page)).toContainText('No address yet')
    await letterTo(server, addressOf(person), 'Your e-mail address was removed')
  },
)

test(
  'a forgotten password is replaced by a mailed link, and every session ends [V6.3.6, V6.3.7, V7.4.3]',
  everywhere,
  async ({ page, server }) => {
    const person = await signUpWithAddress(page, server)
    const otherBrowser = await logInWithOtherBrowser(server.url, person)
    await page.context().clearCookies()
    await page.goto('/login')
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await askForLink(page, addressOf(person).toUpperCase())
    await page.goto(pathIn(await letterTo(server, addressOf(person), 'Choose a new password')))
    await expect(page).toHaveURL('/reset-password')
    await expect(page.getByText(person.username)).toBeVisible()

    const password = `${person.password} anew`
    await page.getByLabel('New password', { exact: true }).fill('password123')
    await page.getByLabel('Confirm new password', { exact: true }).fill('password123')
    await page.getByRole('button', { name: 'Set password' }).click()
    await expect(page.getByLabel('New password', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    await page.goto('/reset-password')
    await page.getByLabel('New password', { exact: true }).fill(password)
    await page.getByLabel('Confirm new password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Set password' }).click()
    await expect(status(page, 'Your password was changed and every session ended.')).toBeVisible()
    expect((await otherBrowser.open('/profile')).location).toContain('reason=password-changed')
    await logIn(page, { ...person, password })
    await expect(page).toHaveURL('/')
    await letterTo(server, addressOf(person), 'Your password was changed')
  },
)

test('known and unknown addresses get the same answer [T22]', async ({ server, newPerson }) => {
  const person = await newPerson()
  const answers = await Promise.all(
    [person.username, 'nobody-at-all', 'nobody@example.org', "x' or 1=1"].map((email) =>
      new Client(server.url).submit('/forgot-password', 'Send link', { email }),
    ),
  )
  const told = answers.map(({ status, location, text, headers }) => ({
    status,
    location,
    text,
    cookies: headers['set-cookie'],
  }))
  expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(told[0]).toMatchObject({ status: 303, location: '/forgot-password?sent=1' })
})

test('following a mailed link without a POST uses nothing up and logs nobody in [V3.5.3, V7.6.2, V14.2.1, T28]', async ({
  page,
  server,
}) => {
  const person = await signUpWithAddress(page, server)
  await askForLink(page, person.username)
  const links = [pathIn(await letterTo(server, addressOf(person), 'Choose a new password'))]
  await logInWithOtherBrowser(server.url, person, firefox)
  links.push(pathIn(await letterTo(server, addressOf(person), 'New log-in to your account')))
  for (const link of links) {
    const secret = new URLSearchParams(link.split('?')[1]).get('token') ?? ''
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) {
      const scanner = new Client(server.url)
      const moved = await scanner.send({ method, path: link })
      expect(moved.status).toBe(303)
      expect(moved.location).not.toContain(secret)
      expect(moved.headers['cache-control']).toBe('no-store')
      const shown = await scanner.send({ method, path: moved.location ?? '' })
      expect(shown.status).toBe(200)
      expect(shown.text).not.toContain(secret)
      expect(await scanner.isSignedIn()).toBe(false)
    }
  }
  for (const [link = '', title] of [
    [links[0], 'Choose a new password'],
    [links[1], 'This was not you?'],
  ] as const) {
    await page.goto(link)
    await expect(heading(page)).toHaveText(title)
  }
})

test('a used, expired or missing link says what to do next', everywhere, async ({ page, server }) => {
  for (const path of ['/reset-password', '/not-me', '/reset-password?token=wrong', '/not-me?token=%00%ff']) {
    await page.goto(path)
    await expect(heading(page)).toHaveText('This link no longer works')
  }
  const person = await signUpWithAddress(page, server)
  await askForLink(page, person.username)
  const link = pathIn(await letterTo(server, addressOf(person), 'Choose a new password'))
  await server.advance(minutes(60))
  await page.goto(link)
  await expect(heading(page)).toHaveText('This link no longer works')
  await page.getByRole('link', { name: 'Send another link' }).click()
  await expect(heading(page)).toHaveText('Forgot your password?')
})

test('a log-in from a new browser causes an alert, and one from a known browser does not [V6.3.5]', async ({
  page,
  server,
}) => {
  const person = await signUpWithAddress(page, server)
  const browser = await logInWithOtherBrowser(server.url, person, firefox)
  const letter = await letterTo(server, addressOf(person), 'New log-in to your account')
  expect(letter.text).toContain('Firefox on Windows')
  await browser.logOut()
  await browser.logIn(person)
  expect(await browser.isSignedIn()).toBe(true)
  await logInWithOtherBrowser(server.url, person)
  await letterTo(server, addressOf(person), 'New log-in to your account', 2)
})

test('a username can be changed, and the old one stays reserved', everywhere, async ({ page, server }) => {
  const person = await signUpWithAddress(page, server)
  const username = `${person.username}-new`
  await page.goto('/account')
  await page.getByRole('link', { name: 'Change username' }).click()
  await page.getByLabel('New username').fill('x')
  await page.getByRole('button', { name: 'Change username' }).click()
  await expect(page.getByLabel('New username')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('New username')).toHaveValue('x')
  await page.goto('/security/username')
  await page.getByLabel('New username').fill(username)
  await page.getByRole('button', { name: 'Change username' }).click()
  await expect(status(page, 'Username changed.')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Username' })).toContainText(username)
  const other = new Client(server.url)
  const taken = await other.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
  expect(taken.text).toContain('That username is taken.')
})

test(
  'an account is deleted at once, comes back by a log-in, and is erased in the end [V7.4.2]',
  everywhere,
  async ({ page, server }) => {
    const person = await signUpWithAddress(page, server)
    const otherBrowser = await logInWithOtherBrowser(server.url, person)
    const leave = async () => {
      await page.goto('/security/delete')
      await page.getByRole('button', { name: 'Delete account' }).click()
      await expect(status(page, 'This account was deleted.')).toBeVisible()
    }
    await leave()
    expect(await otherBrowser.isSignedIn()).toBe(false)
    await letterTo(server, addressOf(person), 'Your account was deleted')
    await logIn(page, person)
    await expect(status(page, 'Your account is no longer deleted.')).toBeVisible()
    await letterTo(server, addressOf(person), 'Your account is back')
    await leave()
    await server.advance(minutes(14 * 24 * 60))
    await page.goto('/login')
    await logIn(page, person)
    await expect(page.getByRole('alert').filter({ hasText: 'The username or password is wrong.' })).toBeVisible()
  },
)

test('a user’s data can be downloaded as one file [V5.4.1, V5.4.2]', async ({ page, server }) => {
  const person = await signUpWithAddress(page, server)
  const client = await new Client(server.url).takeCookies(page.context())
  const answer = await client.open('/security/export?filename=evil.html%22%0d%0aX-Evil:%201')
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="gatehouse-${person.username}.json"`)
  expect(JSON.parse(answer.text)).toMatchObject({ person: { username: person.username, email: addressOf(person) } })
  expect((await new Client(server.url).open('/security/export')).location).toContain('/login')

  await outliveProof(server, [page], [])
  await page.goto('/account')
  await page.getByRole('link', { name: 'Download' }).click()
  await confirm(page, person.password)
  await expect(status(page, 'Confirmed. Download your data')).toBeVisible()
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  expect((await downloading).suggestedFilename()).toBe(`gatehouse-${person.username}.json`)
})
