// Forms: invalid input gets an error beside its field, keeps what was typed and reveals no password.
import type { Page, Response } from '@playwright/test'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeActionCall } from '#e2e/support/form-body.ts'
import { makePerson } from '#e2e/support/person.ts'
import { expectProfile, fillLogIn, fillSignUp, logIn, saveProfile, signUp } from '#e2e/support/site.ts'
import { readSiteActions } from '#e2e/support/site-actions.ts'
import { findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'

const everywhere = { tag: '@no-javascript' }
const strong = makePerson().password

async function expectFault(page: Page, label: string, sentence: string | RegExp): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toHaveAccessibleDescription(
    typeof sentence === 'string' ? new RegExp(RegExp.escape(sentence)) : sentence,
  )
}

const wrongUsernames = ['ab', '__proto__']

const wrongPasswords: [password: string, sentence: RegExp][] = [
  ['short 7', /at least 8 characters/],
  ['password123', /easy to guess\. This is one of the most common passwords\./],
  ['Gatehouse-2026!', /Names of yours or of this site are guessed first/],
]

test(
  'a username that breaks the rule is refused with the rule, and the others typed stay',
  everywhere,
  async ({ page, server }) => {
    const users = await readStoredUsers(server.store)
    for (const username of wrongUsernames) {
      // Retry, because a pending answer still moves the focus.
      await page.goto('/signup')
      await signUp(page, { username, password: strong })
      await expectFault(page, 'Username', '3 to 32 characters')
      await expect(page.getByLabel('Username')).toHaveValue(username)
    }
    expect(await readStoredUsers(server.store)).toBe(users)
  },
)

test('says while a username is typed whether it is free', async ({ page, newPerson }) => {
  const [{ username }, free] = [await newPerson(), makePerson().username]
  await page.goto('/signup')
  const field = page.getByLabel('Username')
  const said = page.locator('form [aria-live="polite"]')
  await field.fill(username.toUpperCase())
  await expect(said.filter({ hasText: 'That username is taken.' })).toBeVisible()
  await field.fill('a?')
  await expect(said.filter({ hasText: /./ })).toHaveCount(0)
  await field.fill(free)
  await expect(said.filter({ hasText: `${free} is free.` })).toBeVisible()
})

test('rejects a taken username, in any case [T24]', everywhere, async ({ page, newPerson }) => {
  const { username } = await newPerson()
  for (const same of [username, username.toUpperCase()]) {
    await page.goto('/signup')
    await signUp(page, { username: same, password: strong })
    await expectFault(page, 'Username', 'That username is taken.')
    await expect(page.getByLabel('Username')).toHaveValue(same)
  }
})

test(
  'a password that is short, long, common, made of names or holds the username is refused with the reason [V6.2.4, V6.2.11]',
  everywhere,
  async ({ page, server }) => {
    const users = await readStoredUsers(server.store)
    const { username } = makePerson()
    for (const [password, sentence] of [
      ...wrongPasswords,
      [`my ${username} 2026`, /does not contain your username/] as const,
    ]) {
      await page.goto('/signup')
      await signUp(page, { username, password })
      await expectFault(page, 'Password', sentence)
      await expect(page.getByLabel('Username')).toHaveValue(username)
    }
    expect(await readStoredUsers(server.store)).toBe(users)
  },
)

test('names every fault of a form at once', everywhere, async ({ page }) => {
  await page.goto('/signup')
  await fillSignUp(page, { ...makePerson(), username: '!', password: 'password123' }, 'another one')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expectFault(page, 'Username', '3 to 32 characters')
  await expectFault(page, 'Password', 'one of the most common passwords')
  await expectFault(page, 'Confirm password', 'The two differ.')
})

test('rejects two different passwords beside the second', everywhere, async ({ page }) => {
  await page.goto('/signup')
  await fillSignUp(page, makePerson(), 'another one')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expectFault(page, 'Confirm password', 'The two differ.')
})

test(
  'a wrong password and an unknown username get the same words, and the username stays',
  everywhere,
  async ({ page, newPerson }) => {
    const { username } = await newPerson()
    for (const tried of [username, 'nobody-of-this-name', 'not even @ a name']) {
      await page.goto('/login')
      await logIn(page, { username: tried, password: 'wrong' })
      await expect(page.getByRole('alert').filter({ hasText: 'The username or password is wrong.' })).toBeVisible()
      await expect(page.getByLabel('Username')).toHaveValue(tried)
    }
  },
)

test('an empty log-in names the missing fields', everywhere, async ({ page }) => {
  await page.goto('/login')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expectFault(page, 'Username or e-mail address', 'Enter your username or your e-mail address.')
  await expectFault(page, 'Password', 'Enter your password.')
})

test('a profile accepts any script up to its exact limits', everywhere, async ({ loggedInPage }) => {
  const profiles = [
    { fullName: '𝒜𝓂𝓎 李 🦊'.padEnd(100, '界').slice(0, 100), bio: '<b>not bold</b> & "quoted"', age: '150' },
    { fullName: '__proto__', bio: `${'ü'.repeat(1998)}\nz`, age: '0' },
    { fullName: "Robert'); DROP TABLE", bio: 'مرحبا\n\nשלום', age: '7' },
  ]
  for (const profile of profiles) {
    await loggedInPage.goto('/profile/edit')
    await saveProfile(loggedInPage, profile)
    await expectProfile(loggedInPage, profile)
  }
})

test(
  'a wrong profile gets a sentence beside each field, keeps what was typed and saves nothing',
  everywhere,
  async ({ loggedInPage: page, server }) => {
    const users = await readStoredUsers(server.store)
    await page.goto('/profile/edit')
    await saveProfile(page, { fullName: 'x'.repeat(101), bio: 'y'.repeat(2001), age: '151' })
    await expectFault(page, 'Full name', 'at most 100 characters')
    await expectFault(page, 'Bio', /at most 2,000 characters.*2,001/)
    await expectFault(page, 'Age', 'a whole number from 0 to 150')
    await expect(page.getByLabel('Full name')).toHaveValue('x'.repeat(101))
    await expect(page.getByLabel('Bio')).toHaveValue('y'.repeat(2001))

    for (const age of ['-1', '4e1']) {
      await page.goto('/profile/edit')
      await saveProfile(page, { fullName: 'Somebody', bio: '', age })
      await expectFault(page, 'Age', 'a whole number from 0 to 150')
      await expect(page.getByLabel('Age')).toHaveValue(age)
      await expect(page.getByLabel('Full name')).not.toHaveAttribute('aria-invalid')
    }
    expect(await readStoredUsers(server.store)).toBe(users)
  },
)

test('no answer contains a password that was sent', everywhere, async ({ page, newPerson }) => {
  const { username } = await newPerson()
  const canary = 'Canary 7f3a91 in the coal mine'
  const answers: Promise<string>[] = []
  page.on('response', (response: Response) => {
    const isDocumentOrAction = ['document', 'fetch'].includes(response.request().resourceType())
    if (isDocumentOrAction) answers.push(response.text().catch(() => ''))
  })
  await page.goto('/signup')
  await fillSignUp(page, { username, password: canary })
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expectFault(page, 'Username', 'That username is taken.')
  expect(await page.getByLabel('Password', { exact: true }).getAttribute('value')).toBeFalsy()

  await page.goto('/login')
  await logIn(page, { username, password: canary })
  await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
  expect((await Promise.all(answers)).join('\n')).not.toContain(canary)
})

test(
  'the password is the whole text, in any characters, composed or not [V6.2.8, T25]',
  everywhere,
  async ({ page, context, server }) => {
    const { username } = makePerson()
    const composed = ' Käse und Brot 🧀 für 7 Füchse '
    await page.goto('/signup')
    await signUp(page, { username, password: composed })
    await expect(page).toHaveURL('/')
    await context.clearCookies()

    for (const other of [composed.trim(), composed.slice(0, -2), composed.toUpperCase()]) {
      await page.goto('/login')
      await logIn(page, { username, password: other })
      await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
    }
    await page.goto('/login')
    await logIn(page, { username, password: composed.normalize('NFD') })
    await expect(page).toHaveURL('/')
    expect(JSON.stringify(await findStoredUser(server.store, username))).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  },
)

test(
  'password managers are told which field is which, and no field cuts what they fill in [V6.2.7]',
  everywhere,
  async ({ page }) => {
    await page.goto('/signup')
    await expect(page.getByLabel('Username')).toHaveAttribute('autocomplete', 'username')
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('autocomplete', 'new-password')
    await expect(page.getByLabel('Confirm password')).toHaveAttribute('autocomplete', 'new-password')
    await expect(page.getByLabel('Password', { exact: true })).not.toHaveAttribute('maxlength')
    await expect(page.getByLabel('Confirm password')).not.toHaveAttribute('maxlength')
    await page.goto('/login')
    await expect(page.getByLabel('Username or e-mail address')).toHaveAttribute('autocomplete', 'username webauthn')
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('autocomplete', 'current-password')
    await expect(page.getByLabel('Password', { exact: true })).not.toHaveAttribute('maxlength')
  },
)

test.describe('with JavaScript', () => {
  test('the focus moves to the first invalid field, and the input stays', async ({ page }) => {
    await page.goto('/signup')
    await signUp(page, { username: 'fine-name', password: 'short' })
    await expectFault(page, 'Password', 'at least 8 characters')
    await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('short')

    await signUp(page, { username: '!', password: 'short' })
    await expectFault(page, 'Username', '3 to 32 characters')
    await expect(page.getByLabel('Username')).toBeFocused()
  })

  test('an error goes when its field changes, and the others stay', async ({ page }) => {
    await page.goto('/signup')
    await signUp(page, { username: '!', password: 'short' })
    await expectFault(page, 'Username', '3 to 32 characters')
    await page.getByLabel('Username').fill('fine-name')
    await expect(page.getByLabel('Username')).not.toHaveAttribute('aria-invalid')
    await expect(page.getByText('Enter a username of 3 to 32 characters')).toBeHidden()
    await expectFault(page, 'Password', 'at least 8 characters')
  })

  test('an error about the whole form takes the focus', async ({ page }) => {
    await page.goto('/login')
    await logIn(page, makePerson())
    await expect(page.getByRole('alert').filter({ hasText: 'The username or password is wrong.' })).toBeFocused()
  })

  test('what a form led to takes the focus', async ({ loggedInPage: page }) => {
    await page.goto('/account')
    await page.getByLabel('Time zone').selectOption('UTC')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('status').filter({ hasText: 'Preferences saved.' })).toBeFocused()
  })

  test('a rejected form does not load a new document', async ({ page }) => {
    await page.goto('/login')
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    await logIn(page, makePerson())
    await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
  })

  test('a pending form says so, and a second press sends nothing', async ({ page, newPerson }) => {
    const person = await newPerson()
    let posted = 0
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    await page.route('**/login', async (route) => {
      if (route.request().method() === 'POST') {
        posted += 1
        await released
      }
      await route.continue()
    })
    await page.goto('/login')
    await logIn(page, person)
    const button = page.getByRole('button', { name: 'Logging in…' })
    await expect(button).toHaveAttribute('aria-disabled', 'true')
    await button.click({ force: true })
    await page.getByLabel('Password', { exact: true }).press('Enter')
    release()
    await expect(page).toHaveURL('/')
    expect(posted).toBe(1)
  })

  test('a form without an answer keeps the input and says so', async ({ page, context, expectedNoise }) => {
    expectedNoise.push(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
    await page.goto('/login')
    await fillLogIn(page, { username: 'somebody', password: 'something' })
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'The answer did not arrive.' })).toBeVisible()
    await expect(page.getByLabel('Username')).toHaveValue('somebody')
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('something')
    // The next test uses the same context.
    await context.setOffline(false)
  })

  test('a password can be shown, hidden and pasted [V6.2.6, V6.2.7]', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/signup')
    const password = page.getByLabel('Password', { exact: true })
    const show = page.getByRole('button', { name: 'Show password' })

    await page.evaluate(() => navigator.clipboard.writeText('pasted from a manager'))
    await password.focus()
    await page.keyboard.press('ControlOrMeta+V')
    await expect(password).toHaveValue('pasted from a manager')

    await expect(password).toHaveAttribute('type', 'password')
    await show.click()
    await expect(password).toHaveAttribute('type', 'text')
    await expect(show).toHaveAttribute('aria-pressed', 'true')
    await show.click()
    await expect(password).toHaveAttribute('type', 'password')
    await expect(password).toHaveValue('pasted from a manager')
  })

  test('shows the strength of a password during typing, with the form’s reasons', async ({ page }) => {
    await page.goto('/signup')
    await page.getByLabel('Password', { exact: true }).fill('password123')
    await expect(page.getByText('Very weak. This is one of the most common passwords.')).toBeVisible()
    await page.getByLabel('E-mail address').fill('tangerine@walrus.example')
    await page.getByLabel('Password', { exact: true }).fill('tangerinewalrus26')
    await expect(page.getByText('Very weak. Names of yours')).toBeVisible()
    await page.getByLabel('Password', { exact: true }).fill(strong)
    await expect(page.getByText('Strong.')).toBeVisible()
  })
})

test('without JavaScript there is no button that would do nothing [V6.2.6]', { tag: '@no-javascript' }, async ({
  page,
  javaScriptEnabled,
}) => {
  await page.goto('/signup')
  await expect(page.getByRole('button', { name: 'Show password' })).toHaveCount(javaScriptEnabled === false ? 0 : 1)
})

test('a value that no form offers gets a sentence, not an error page', async ({ server }) => {
  const action = readSiteActions().find(({ export: name }) => name === 'logInWithCode')
  const { body, headers } = encodeActionCall([
    ['code', '123456'],
    ['remember', 'forever'],
  ])
  const answer = await new Client(server.url).fetch('/login/two-factor', {
    method: 'POST',
    body,
    headers: { ...headers, 'next-action': action?.id ?? '' },
  })
  expect(answer.status).toBe(200)
  expect(answer.text).toContain('A field has a value that the form does not offer')
})
