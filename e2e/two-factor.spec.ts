// The authenticator app and recovery codes: enrolment, the second step of the log-in, and remembered browsers.
import type { Page } from '@playwright/test'
import { expect, giveCookies, signIn, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Authenticator, readKey, turnOnBy, turnOnIn } from '#e2e/support/authenticator.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { codeIn, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { leaveMidnightBehind } from '#e2e/support/midnight.ts'
import { outliveProof } from '#e2e/support/other-browser.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { logIn, logOut } from '#e2e/support/site.ts'

const everywhere = { tag: '@no-javascript' }

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const rowOf = (page: Page, title: string) =>
  page.getByRole('region', { name: 'Log-in' }).getByRole('listitem').filter({ hasText: title })

async function enterCode(page: Page, code: string, label = 'Code'): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(code)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** A new user with an authenticator app, who is logged in nowhere. */
async function makePersonWithApp(server: TestServer): Promise<Person & Awaited<ReturnType<typeof turnOnBy>>> {
  const client = new Client(server.url)
  const person = await client.signUp()
  const made = await turnOnBy(client, server)
  await client.logOut()
  return { ...person, ...made }
}

test(
  'a person turns an app on, keeps the recovery codes, logs in with a code and turns the app off [V6.3.3, V6.5.6]',
  everywhere,
  async ({ page, context, server, javaScriptEnabled }) => {
    await leaveMidnightBehind(server)
    const person = await signIn(context, server.url)

    await test.step('the security page suggests it', async () => {
      await page.goto('/security')
      await expect(rowOf(page, 'Authenticator app')).toContainText('Off')
      await page.getByRole('link', { name: 'Add a second factor' }).click()
    })

    let app = new Authenticator('')
    await test.step('the page shows a QR code and the key', async () => {
      await expect(page.getByRole('img', { name: 'The key for your authenticator app, to scan' })).toBeVisible()
      await expect(page.locator('code')).toHaveText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
      const uri = await page.getByRole('link', { name: 'Open the app on this device' }).getAttribute('href')
      expect(uri).toContain(`secret=${((await page.locator('code').textContent()) ?? '').replaceAll(' ', '')}`)
      expect(uri).toMatch(new RegExp(`^otpauth://totp/[^?]*${person.username}[?]`))
      app = await readKey(page)
    })

    await test.step('a wrong code changes nothing and leaves the key', async () => {
      const key = (await page.locator('code').textContent()) ?? ''
      await page.getByLabel('Code').fill(app.wrongCode(server))
      await page.getByRole('button', { name: 'Turn on' }).click()
      await expect(page.getByLabel('Code')).toHaveAccessibleDescription(/The code is wrong\./)
      await expect(page.locator('code')).toHaveText(key)
    })

    await test.step('the codes are shown once', async () => {
      const codes = await turnOnIn(page, app, server)
      expect(new Set(codes).size).toBe(10)
      for (const code of codes) expect(code).toMatch(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
      await expect(page.getByRole('button', { name: 'Print' })).toBeVisible({ visible: javaScriptEnabled !== false })
      await page.getByRole('link', { name: 'I have saved them' }).click()
      await expect(page).toHaveURL('/security')
      await expect(rowOf(page, 'Authenticator app')).toContainText('On since today at')
      await expect(rowOf(page, 'Recovery codes')).toContainText('10 of 10 left')
      await page.getByRole('link', { name: 'Manage app' }).click()
      for (const code of codes) await expect(page.getByText(code)).toHaveCount(0)
    })

    await test.step('the log-in asks for a code and names nobody', async () => {
      await logOut(page)
      await page.goto('/login?next=%2Fprofile')
      await logIn(page, person)
      await expect(page).toHaveURL('/login/two-factor?next=%2Fprofile')
      await expect(page.getByLabel('Code', { exact: true })).toBeFocused()
      await expect(page.getByLabel('Code', { exact: true })).toHaveAttribute('autocomplete', 'one-time-code')
      await expect(page.getByLabel('Code', { exact: true })).toHaveAttribute('inputmode', 'numeric')
      expect(await page.content()).not.toContain(person.username)
      const wrongCode = app.wrongCode(server)
      await enterCode(page, wrongCode)
      await expect(page.getByLabel('Code', { exact: true })).toHaveAccessibleDescription(/The code is wrong\./)
      expect(await page.content()).not.toContain(`value="${wrongCode}"`)
      await enterCode(page, await app.nextCode(server))
      await expect(page).toHaveURL('/profile')
      await page.goto('/security')
      const history = page.getByRole('region', { name: 'History' }).getByRole('listitem')
      await expect(history.filter({ hasText: 'Wrong code' })).toHaveCount(1)
    })

    await test.step('without the app, the password suffices again', async () => {
      await page.goto('/security/two-factor')
      await expect(page.getByText('The recovery codes will stop working')).toBeVisible()
      await page.getByRole('button', { name: 'Turn off' }).click()
      await expect(status(page, 'The authenticator app is off.')).toBeVisible()
      await logOut(page)
      await logIn(page, person)
      await expect(page).toHaveURL('/')
    })
  },
)

test('a recovery code logs in once [V6.5.1]', everywhere, async ({ page, server }) => {
  const person = await makePersonWithApp(server)
  const [code = '', another = ''] = person.recoveryCodes
  const logInWith = async (recoveryCode: string) => {
    await page.goto('/login')
    await logIn(page, person)
    await page.getByRole('link', { name: 'Use a recovery code' }).click()
    await expect(page.getByLabel('Recovery code', { exact: true })).toHaveAttribute('inputmode', 'text')
    await enterCode(page, recoveryCode, 'Recovery code')
  }
  // As people copy it from paper.
  await logInWith(code.toUpperCase().replaceAll('-', ' '))
  await expect(page).toHaveURL('/')
  await page.goto('/security')
  await expect(rowOf(page, 'Recovery codes')).toContainText('9 of 10 left')

  await logOut(page)
  await logInWith(code)
  await expect(page.getByLabel('Recovery code', { exact: true })).toHaveAccessibleDescription(/The code is wrong\./)
  await enterCode(page, another, 'Recovery code')
  await expect(page).toHaveURL('/')
})

test('new recovery codes replace the old ones', everywhere, async ({ page, server }) => {
  const client = new Client(server.url)
  const person = await client.signUp()
  const { recoveryCodes } = await turnOnBy(client, server)
  await giveCookies(client, page.context())
  await page.goto('/security/two-factor')
  await page.getByRole('button', { name: 'New recovery codes' }).click()
  await expect(status(page, 'The earlier recovery codes no longer work.')).toBeVisible()
  const renewed = await page.locator('code').allInnerTexts()
  expect(renewed).toHaveLength(10)

  const browser = new Client(server.url)
  await browser.logIn(person)
  const refused = await browser.submit('/login/two-factor', 'Log in', { code: recoveryCodes[0] ?? '' })
  expect(refused.text).toContain('The code is wrong.')
  await browser.submit('/login/two-factor', 'Log in', { code: renewed[0] ?? '' })
  expect(await browser.isSignedIn()).toBe(true)
})

test(
  'a remembered browser needs no code at the log-in, but where the site asks for a fresh proof, until it is forgotten',
  everywhere,
  async ({ page, server }) => {
    const person = await makePersonWithApp(server)
    await page.goto('/login')
    await logIn(page, person)
    await page.getByLabel('Remember this browser for 30 days').check()
    await enterCode(page, await person.app.nextCode(server))
    await expect(page).toHaveURL('/')
    await logOut(page)
    await logIn(page, person)
    await expect(page).toHaveURL('/')

    await page.goto('/security/two-factor')
    await expect(heading(page)).toHaveText('Confirm it is you')
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByLabel('Code', { exact: true }).fill(await person.app.nextCode(server))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expect(heading(page)).toHaveText('Second factor')

    await page.goto('/security')
    const remembered = page.getByRole('region', { name: 'Remembered browsers' })
    await expect(remembered.getByRole('listitem')).toHaveText(/Chrome on Linux/)
    await remembered.getByRole('button', { name: 'Forget Chrome on Linux' }).click()
    await expect(status(page, 'Browser forgotten.')).toBeVisible()
    await expect(remembered).toHaveCount(0)
    await logOut(page)
    await logIn(page, person)
    await expect(heading(page)).toHaveText('Enter your code')
  },
)

test('a re-authentication asks for password and code', everywhere, async ({ page, server }) => {
  const client = new Client(server.url)
  const person = await client.signUp()
  const { app } = await turnOnBy(client, server)
  await giveCookies(client, page.context())
  await outliveProof(server, [page], [])
  await page.goto('/security/two-factor')
  await expect(heading(page)).toHaveText('Confirm it is you')
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByLabel('Code', { exact: true }).fill(app.wrongCode(server))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByLabel('Code', { exact: true })).toHaveAccessibleDescription(/The code is wrong\./)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByLabel('Code', { exact: true }).fill(await app.nextCode(server))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(heading(page)).toHaveText('Second factor')
})

test('after a password reset the log-in still asks for the code [V6.4.3, T27]', async ({ server }) => {
  const [client, person] = [new Client(server.url), makePerson()]
  const address = `${person.username}@example.org`
  await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: address })
  await client.submit('/verify-email', 'Verify', { code: codeIn(await letterTo(server, address, /^Your code: \d{8}/)) })
  const { app } = await turnOnBy(client, server)
  await client.logOut()

  await client.submit('/forgot-password', 'Send link', { email: person.username })
  await client.open(pathIn(await letterTo(server, address, 'Choose a new password')))
  const { password } = makePerson()
  await client.submit('/reset-password', 'Set password', { password, confirmPassword: password })
  expect(await client.isSignedIn()).toBe(false)
  const { location } = await client.logIn({ ...person, password })
  expect(location).toBe('/login/two-factor')
  expect(await client.isSignedIn()).toBe(false)
  await client.submit('/login/two-factor', 'Log in', { code: await app.nextCode(server) })
  expect(await client.isSignedIn()).toBe(true)
})

test('the code has to come within five minutes of the password, in the same browser [T27]', async ({ server }) => {
  const person = await makePersonWithApp(server)
  expect((await new Client(server.url).open('/login/two-factor')).location).toBe('/login?step=over')

  const browser = new Client(server.url)
  await browser.logIn(person, '/login?next=%2Fprofile')
  const form = await browser.findForm('/login/two-factor?next=%2Fprofile', 'Log in')
  await server.advance(minutes(5))
  const late = await browser.post(form, [['code', await person.app.nextCode(server)]])
  expect(late.location).toBe('/login?step=over')
  expect(await browser.isSignedIn()).toBe(false)
  const told = await browser.open('/login?step=over')
  expect(told.text).toContain('The five minutes for the code are over.')
})

test('the codes can be copied, and are printed without the rest of the page', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(context, server.url)
  await page.goto('/security/two-factor')
  const codes = await turnOnIn(page, await readKey(page), server)
  await Promise.all([
    expect(page.getByRole('button', { name: 'Copied' })).toBeVisible(),
    page.getByRole('button', { name: 'Copy' }).click(),
  ])
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))

  await page.emulateMedia({ media: 'print' })
  // biome-ignore lint/performance/useDomNodeTextContent: only what is visible
  const printed = (await page.locator('body').innerText()).trim().split(/\s*\n\s*/)
  expect(printed).toEqual(['Recovery codes for Gatehouse', ...codes])
  await page.emulateMedia({ media: null })
})

test('the second step works by keyboard alone', async ({ page, server }) => {
  const person = await makePersonWithApp(server)
  await page.goto('/login')
  await logIn(page, person)
  await expect(page.getByLabel('Code', { exact: true })).toBeFocused()
  await page.keyboard.type(await person.app.nextCode(server))
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Use a recovery code' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await expect(page.getByRole('checkbox', { name: 'Remember this browser' })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/')
})

test(
  'a user whose role needs a second factor reaches enrolment and log-out only',
  everywhere,
  async ({ page, startOwnServer }) => {
    const server = await startOwnServer({ env: { REQUIRE_TWO_FACTOR: 'member,admin' } })
    await signIn(page.context(), server.url)
    await page.goto(`${server.url}/profile`)
    await expect(page).toHaveURL(`${server.url}/security/two-factor`)
    await expect(status(page, 'Your role needs a second factor.')).toBeVisible()
    const links = page.getByRole('link').and(page.locator('[href^="/"]'))
    await expect(links).toHaveText(['Add a passkey'])
    await expect(page.getByRole('main').getByRole('button', { name: 'Log out' })).toBeVisible()

    await turnOnIn(page, await readKey(page), server)
    await page.getByRole('link', { name: 'I have saved them' }).click()
    await expect(page).toHaveURL(`${server.url}/security`)
    await page.goto(`${server.url}/security/two-factor`)
    await expect(page.getByText('Add a passkey before you turn the app off.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Turn off' })).toHaveCount(0)
  },
)

test('administrators see who has which second factor', async ({ page, server }) => {
  const client = new Client(server.url)
  const { username } = await client.signUp()
  const admin = await logInAs(server, await firstAdmin(server))
  await giveCookies(admin, page.context())
  const row = page.getByRole('row').filter({ hasText: username })
  await page.goto(`/admin/users?search=${username}`)
  await expect(row).toBeVisible()
  await expect(row.getByText('Authenticator app', { exact: true })).toHaveCount(0)
  await turnOnBy(client, server)
  await page.reload()
  await expect(row.getByText('Authenticator app', { exact: true })).toBeVisible()
  await page.getByRole('link', { name: username }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
})
