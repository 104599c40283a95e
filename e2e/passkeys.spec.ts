// Passkeys in Chromium with its virtual authenticator.
import type { Page } from '@playwright/test'
import { test as base, expect } from '#e2e/fixtures.ts'
import { outliveProof } from '#e2e/support/other-browser.ts'
import { makePerson } from '#e2e/support/person.ts'
import { logIn, logOut, signUp } from '#e2e/support/site.ts'
import { addAuthenticator, type VirtualAuthenticator } from '#e2e/support/virtual-authenticator.ts'

/** `device` belongs to the page's browser, which later tests use again. */
const test = base.extend<{ device: VirtualAuthenticator }>({
  device: async ({ page }, use) => {
    const device = await addAuthenticator(page)
    await use(device)
    await device.remove()
  },
})

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const alert = (page: Page) => page.getByRole('main').getByRole('alert')
const entries = (page: Page) => page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem')

/** From the next page on, passkeys are offered by the button alone. */
async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
}

/** From the recovery codes to the page after them. */
async function goOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'I have saved them' }).click()
}

async function signUpWithPasskey(page: Page, username: string): Promise<void> {
  await page.goto('/signup')
  await page.getByRole('link', { name: 'Sign up with a passkey' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByRole('button', { name: 'Sign up with a passkey' }).click()
}

test('a visitor signs up without a password, sees the recovery codes once, and logs in with the button', async ({
  page,
  device,
}) => {
  const { username } = makePerson()
  await signUpWithPasskey(page, username)
  await expect(page.getByRole('main').getByRole('code')).toHaveCount(10)
  expect(await device.credentialIds()).toHaveLength(1)
  await goOn(page)
  await expect(page).toHaveURL('/')

  await withoutAutofill(page)
  await logOut(page)
  await expect(heading(page)).toHaveText('Log in')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(page).toHaveURL('/')
})

test('an account without a password can set one, which then needs the second factor', async ({ page, device: _ }) => {
  const { username, password } = makePerson()
  await withoutAutofill(page)
  await signUpWithPasskey(page, username)
  await goOn(page)
  await page.goto('/security')
  await page.getByRole('link', { name: 'Set a password' }).click()
  await expect(heading(page)).toHaveText('Set a password')
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('Confirm new password').fill(password)
  await page.getByRole('button', { name: 'Set password' }).click()
  await expect(page).toHaveURL('/security?changed=1')
  await logOut(page)
  await logIn(page, { username, password })
  await expect(page).toHaveURL('/login/two-factor')
})

test('the autofill of the username field logs in with a passkey', async ({ page, device }) => {
  const { username } = makePerson()
  await signUpWithPasskey(page, username)
  await goOn(page)
  expect(await device.credentialIds()).toHaveLength(1)
  await logOut(page)
  await expect(heading(page)).not.toHaveText('Log in')
  await expect(page).toHaveURL('/')
})

test('a taken username loses nothing, and the passkey is forgotten', async ({ page, device, newPerson }) => {
  const { username } = await newPerson()
  await signUpWithPasskey(page, username)
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/That username is taken\./)
  await expect(page.getByLabel('Username')).toHaveValue(username)
  await expect.poll(() => device.credentialIds()).toEqual([])
  await page.getByLabel('Username').fill(makePerson().username)
  await page.getByRole('button', { name: 'Sign up with a passkey' }).click()
  await goOn(page)
  await expect(page).toHaveURL('/')
})

test('passkeys are added, named, renamed and removed', async ({ page, device }) => {
  const person = makePerson()
  await page.goto('/signup')
  await signUp(page, person)
  await expect(page).toHaveURL('/')
  await page.goto('/security/passkeys')
  await expect(page.getByLabel('Name')).toHaveValue('Chrome on Linux')
  await page.getByLabel('Name').fill('Desk')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Passkey added.' })).toBeVisible()
  await expect(page.getByRole('main').getByRole('code')).toHaveCount(10)
  await goOn(page)
  await expect(entries(page)).toHaveText([/Desk/])
  await expect(page.getByText('Add a second passkey on another device')).toBeVisible()

  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(alert(page)).toHaveText('This device has a passkey for your account already.')

  await page.getByRole('link', { name: 'Rename the passkey Desk' }).click()
  await page.getByLabel('Name').fill('Office')
  await page.getByRole('button', { name: 'Save name' }).click()
  await expect(entries(page)).toHaveText([/Office/])

  await page.getByRole('button', { name: 'Remove the passkey Office' }).click()
  await expect(page.getByText('No passkeys yet.')).toBeVisible()
  await expect.poll(() => device.credentialIds()).toEqual([])
})

test('a device that did not verify its user is refused [T27]', async ({ page, device }) => {
  await withoutAutofill(page)
  await signUpWithPasskey(page, makePerson().username)
  await goOn(page)
  await logOut(page)
  await device.setUserVerified(false)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(alert(page)).toHaveText(/^No passkey was used/)
  await expect(heading(page)).toHaveText('Log in')
})

test('a passkey is the second factor after the password, and is asked for first to confirm [V6.3.3]', async ({
  page,
  server,
  device,
}) => {
  await withoutAutofill(page)
  const person = makePerson()
  await page.goto('/signup')
  await signUp(page, person)
  await expect(page).toHaveURL('/')
  await page.goto('/security/passkeys')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await goOn(page)
  await logOut(page)
  await logIn(page, person)
  await expect(page).toHaveURL('/login/two-factor')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(page).toHaveURL('/')

  await outliveProof(server, [page], [])
  await page.goto('/security/passkeys')
  await expect(heading(page)).toHaveText('Confirm it is you')
  await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(heading(page)).toHaveText('Passkeys')
  expect(await device.credentialIds()).toHaveLength(1)

  await outliveProof(server, [page], [])
  await page.goto('/security/passkeys')
  await page.getByRole('link', { name: 'Use your password instead' }).click()
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await expect(page.getByLabel('Recovery code')).toBeVisible()
})

test('after a log-in with the password, the browser may create a passkey behind the page', async ({
  page,
  newPerson,
  device,
}) => {
  await withoutAutofill(page)
  const person = await newPerson()
  await page.addInitScript(() => {
    PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true })
    // Chromium's virtual authenticator has no password manager, whose part this is.
    const create = navigator.credentials.create.bind(navigator.credentials)
    navigator.credentials.create = (options) => {
      const { mediation: _, ...plain } = { mediation: '', ...options }
      return create(plain)
    }
  })
  const stored = page.waitForResponse((response) => response.url().endsWith('/api/passkeys/automatic'))
  await page.goto('/login?next=/profile')
  await logIn(page, person)
  await expect(page).toHaveURL('/profile')
  expect((await stored).status()).toBe(204)
  expect(await device.credentialIds()).toHaveLength(1)
  await logOut(page)
  await logIn(page, person)
  await expect(page, 'the password alone is still enough').toHaveURL('/')
  await page.goto('/security/passkeys')
  await expect(page.getByText('Made by the browser', { exact: true })).toBeVisible()
})

test('only pages with passkeys load their scripts', async ({ loggedInPage: page }) => {
  const scripts: Promise<string>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.text())
  })
  const hasPasskeys = async (path: string) => {
    scripts.length = 0
    await page.goto(path, { waitUntil: 'load' })
    return (await Promise.all(scripts)).some((text) => text.includes('/api/passkeys/options'))
  }
  expect(await hasPasskeys('/security/passkeys')).toBe(true)
  for (const path of ['/', '/profile', '/profile/edit', '/security', '/security/password']) {
    expect(await hasPasskeys(path), path).toBe(false)
  }
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('no page shows a button that does nothing', async ({ page }) => {
    for (const path of ['/login', '/signup', '/signup?with=passkey']) {
      await page.goto(path)
      await expect(page.getByRole('button', { name: /passkey/i })).toHaveCount(0)
    }
    await expect(page.getByText('Passkeys need JavaScript.')).toBeVisible()
    await page.getByRole('link', { name: 'Sign up with a password' }).click()
    const person = makePerson()
    await signUp(page, person)
    await expect(page).toHaveURL('/')
    await logOut(page)
    await logIn(page, person)
    await expect(page).toHaveURL('/')
  })
})
