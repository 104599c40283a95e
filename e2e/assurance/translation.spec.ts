// Pages that other software modifies: browser translation, password managers and extensions.
import type { Page } from '@playwright/test'
import { expect, test } from '#e2e/fixtures.ts'
import { makePersonWith } from '#e2e/support/admin.ts'
import { seconds } from '#e2e/support/durations.ts'
import { runFor } from '#e2e/support/passing-time.ts'
import { makePerson } from '#e2e/support/person.ts'
import { fillSignUp, logIn } from '#e2e/support/site.ts'
import { findTranslatable, readTranslation, type TranslationStart, translate } from '#e2e/support/translator.ts'
import { adminViews, memberViews, showViews, signUpFor, visitorViews } from '#e2e/support/views.ts'

// Playwright's clock leaves scripts behind that a reused context runs without it.
test.use({ reuseContext: false })

const starts: TranslationStart[] = ['before hydration', 'after hydration']
/** React's messages when the document differs from the server's; React then renders the page again. */
const mismatch = /Minified React error #418/

async function expectTranslated(page: Page, name: string, exact: readonly string[] = []): Promise<void> {
  await expect.poll(async () => (await readTranslation(page)).wrapped, { message: `${name} is translated` }).not.toBe(0)
  expect.soft((await readTranslation(page)).lost, `${name} updates text that is no longer there`).toEqual([])
  expect.soft(await findTranslatable(page, exact), `${name} lets names be translated`).toEqual([])
}

for (const start of starts) {
  test.describe(`a translation that begins ${start}`, () => {
    test.beforeEach(({ expectedNoise }) => {
      // React removes the icon's link for a moment, and Chromium then requests the default icon.
      if (start === 'before hydration') expectedNoise.push(mismatch, /404 \(Not Found\).*favicon\.ico/)
    })

    test('leaves visitor pages working', async ({ page }) => {
      await translate(page, start)
      await showViews(page, visitorViews, undefined, (name) => expectTranslated(page, name))
    })

    test('leaves members’ pages working', async ({ page, server, expectedNoise }) => {
      expectedNoise.push(/404 \(Not Found\)|401 \(Unauthorized\)/)
      const person = await signUpFor(page, makePerson().username)
      await translate(page, start)
      await showViews(page, memberViews, { server, person }, async (name) => {
        // This view has neither a session nor a form, so nothing in it changes.
        if (name === 'not-found') return
        await expectTranslated(page, name, [person.username, `${person.username}@example.org`])
      })
    })

    test('leaves an admin’s pages working', async ({ page, server }) => {
      const person = await makePersonWith(server, 'member')
      const admin = await makePersonWith(server, 'admin')
      await page.goto('/login')
      await logIn(page, admin)
      await expect(page).toHaveURL('/')
      await translate(page, start)
      const exact = [person.username, admin.username, '/reset-password?token=']
      await showViews(page, adminViews, { server, person }, (name) => expectTranslated(page, name, exact))
    })
  })
}

test.describe('in a translated page', () => {
  test('the strength meter follows the input and falls silent', async ({ page }) => {
    await translate(page, 'after hydration')
    await page.goto('/signup')
    await expectTranslated(page, 'sign-up')
    const password = page.getByLabel('Password', { exact: true })
    const said = page.locator('[aria-live="polite"] p')
    for (const [typed, sentences] of [
      ['aaaaaaaaaa', /^Very weak\. \S.*\.$/],
      ['Lantern over the quay at dusk', /^Strong\.\s*$/],
      ['bbbbbbbbbb', /^Very weak\. \S.*\.$/],
    ] as const) {
      await password.fill(typed)
      await expect(said).toHaveText(sentences, { timeout: seconds(30) })
    }
    await page.getByRole('button', { name: 'Show password' }).click()
    await expect(password).toHaveAttribute('type', 'text')
    await password.fill('')
    await expect(said).toBeEmpty()
    await expectTranslated(page, 'sign-up')
  })

  test('countdowns and character counts continue', async ({ loggedInPage: page, idleFor }) => {
    await translate(page, 'after hydration')
    await page.goto('/profile/edit')
    await expectTranslated(page, 'profile-edit')
    await page.getByLabel('Bio').fill('x'.repeat(1990))
    await runFor(page, seconds(1))
    await expect(page.getByText('Characters left: 10')).toBeVisible()
    await page.getByLabel('Bio').fill('x'.repeat(2010))
    await runFor(page, seconds(1))
    await expect(page.getByText('Over the limit by: 10')).toBeVisible()
    await idleFor(seconds(300))
    // Time continues between the steps.
    await expect(page.getByText(/^Logged out in [45] minutes$/)).toBeVisible()
    await idleFor(seconds(200))
    const face = page.getByRole('alertdialog').getByText(/^\d:\d\d$/)
    const left = async () => {
      const [minutes = 0, rest = 0] = ((await face.textContent()) ?? '').split(':').map(Number)
      return minutes * 60 + rest
    }
    const before = await left()
    await idleFor(seconds(10))
    await expect.poll(left).toBeLessThanOrEqual(before - 10)
    await page.getByRole('button', { name: 'Stay logged in' }).click()
    await expect(page.getByRole('alertdialog')).toBeHidden()
    await expect(page.getByLabel('Bio')).toHaveValue('x'.repeat(2010))
    await expectTranslated(page, 'profile-edit')
  })

  test('a button shows that its form is being sent', async ({ page }) => {
    await translate(page, 'after hydration')
    await page.goto('/login')
    await expectTranslated(page, 'log-in')
    const answer = Promise.withResolvers<void>()
    await page.route('**/login', async (route) => {
      await answer.promise
      await route.continue()
    })
    await logIn(page, makePerson())
    await expect(page.getByRole('button', { name: 'Logging in…' })).toBeVisible()
    answer.resolve()
    await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
  })
})

/** Changes by password managers and other extensions; each runs in the page. */
const intruders = {
  'an element after the fields’ own': () => {
    for (const input of document.querySelectorAll('input')) input.after(document.createElement('com-manager-icon'))
  },
  'an element before the fields': () => {
    for (const input of document.querySelectorAll('input')) input.before(document.createElement('div'))
  },
  'an element in the labels': () => {
    for (const label of document.querySelectorAll('label')) label.append(document.createElement('span'))
  },
  'an element at the form’s start': () => document.forms[0]?.prepend(document.createElement('div')),
  'an element at the form’s end': () => document.forms[0]?.append(document.createElement('div')),
  'attributes of the document and its fields': () => {
    for (const element of [document.documentElement, document.body, ...document.querySelectorAll('input')])
      element.setAttribute('data-manager', 'on')
    document.documentElement.classList.add('translated-ltr')
  },
  'a translation': () => {
    for (const label of document.querySelectorAll('label')) label.innerHTML = '<font><font>Etikett</font></font>'
  },
}

for (const [what, intrude] of Object.entries(intruders)) {
  test(`input survives ${what} before hydration`, async ({ page, expectedNoise }) => {
    expectedNoise.push(mismatch)
    const scripts = Promise.withResolvers<void>()
    await page.route('**/_next/static/**/*.js', async (route) => {
      await scripts.promise
      await route.continue()
    })
    await page.goto('/signup', { waitUntil: 'commit' })
    const person = makePerson()
    await fillSignUp(page, person)
    await page.locator('#username').evaluate((field: HTMLInputElement) => {
      field.focus()
      field.setSelectionRange(3, 3)
    })
    await page.evaluate(intrude)
    scripts.resolve()
    await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible()
    await page.keyboard.insertText('x')
    await expect(page.locator('#username')).toHaveValue(`${person.username.slice(0, 3)}x${person.username.slice(3)}`)
    await expect(page.locator('#password')).toHaveValue(person.password)
    await expect(page.locator('#confirmPassword')).toHaveValue(person.password)
    await expect(page.getByText('Strong.')).toBeVisible({ timeout: seconds(30) })
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page).toHaveURL('/')
  })

  test(`input survives ${what} after hydration`, async ({ page }) => {
    await page.goto('/signup')
    await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible()
    await page.evaluate(intrude)
    const person = makePerson()
    await page.locator('#username').fill('x')
    await page.locator('#password').fill('short')
    await page.locator('#confirmPassword').fill('other')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page.locator('#username')).toHaveAttribute('aria-invalid', 'true')
    await expect(page.locator('#password')).toHaveValue('short')
    await page.locator('#username').fill(person.username)
    await page.locator('#password').fill(person.password)
    await page.locator('#confirmPassword').fill(person.password)
    await expect(page.getByText('Strong.')).toBeVisible({ timeout: seconds(30) })
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page).toHaveURL('/')
  })
}

test('input survives a crash of the page', async ({ page, expectedNoise }) => {
  expectedNoise.push(/NotFoundError|not a child of this node/)
  await page.goto('/signup')
  const person = makePerson()
  await fillSignUp(page, person)
  await expect(page.getByText('Strong.')).toBeVisible({ timeout: seconds(30) })
  // Remove elements that React is about to remove.
  await page.evaluate(() => {
    for (const said of document.querySelectorAll('[aria-live="polite"] > p')) said.replaceChildren()
  })
  await page.getByLabel('Password', { exact: true }).fill('')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByLabel('Username')).toHaveValue(person.username)
  await expect(page.getByLabel('Confirm password')).toHaveValue(person.password)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(page).toHaveURL('/')
})

test('a form starts empty on the next page, even if its fields have the same names', async ({ page, newPerson }) => {
  const person = await newPerson()
  await page.goto('/login?next=%2Fsecurity%2Fpassword')
  await logIn(page, person)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Change password')
  await expect(page.locator('#password')).toHaveValue('')
})
