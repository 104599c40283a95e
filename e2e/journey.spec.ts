// The whole journey of one user: with JavaScript, without it, and on a phone.
import { expect, test } from '#e2e/fixtures.ts'
import { minutes } from '#e2e/support/durations.ts'
import { makePerson } from '#e2e/support/person.ts'
import {
  expectProfile,
  goTo,
  isPostedForm,
  logIn,
  logOut,
  profileEntry,
  saveProfile,
  signUp,
} from '#e2e/support/site.ts'

const everywhere = { tag: ['@no-javascript', '@phone'] }

const written = { fullName: 'Zoë Quist-O’Hara 周', bio: 'Keeps the lamp lit.\n\nAsk for the key.', age: '41' }

test(
  'a person signs up, writes a profile, leaves, comes back in time, stays away too long and logs in again [V3.7.5, T6]',
  everywhere,
  async ({ page, server }) => {
    const person = makePerson()

    await test.step('signs up from the log-in page that a protected page led to', async () => {
      await page.goto('/')
      await expect(page).toHaveURL('/login?next=%2F')
      await page.getByRole('link', { name: 'Sign up' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign up')
      await signUp(page, person)
      await expect(page).toHaveURL('/')
      await expect(page.getByRole('heading', { level: 1 })).toContainText(person.username)
    })

    await test.step('finds an empty profile and writes it', async () => {
      await goTo(page, 'Profile')
      await expect(page).toHaveTitle('Profile · Gatehouse')
      for (const label of ['Full name', 'Bio', 'Age']) await expect(profileEntry(page, label)).toContainText('Not set')
      await page.getByRole('link', { name: 'Edit profile' }).click()
      await saveProfile(page, written)
      await expect(page.getByRole('status').filter({ hasText: 'Profile saved.' })).toBeVisible()
      await expectProfile(page, written)
    })

    await test.step('changes one thing and empties another', async () => {
      await page.getByRole('link', { name: 'Edit profile' }).click()
      await expect(page.getByLabel('Bio')).toHaveValue(written.bio)
      await saveProfile(page, { ...written, age: '' })
      await expect(profileEntry(page, 'Age')).toContainText('Not set')
      await page.getByRole('link', { name: 'Edit profile' }).click()
      await saveProfile(page, written)
      await expectProfile(page, written)
    })

    await test.step('is greeted by name at home', async () => {
      await goTo(page, 'Home')
      await expect(page.getByRole('heading', { level: 1 })).toContainText(written.fullName)
    })

    await test.step('leaves, and is still logged in nine minutes later', async () => {
      await page.goto('about:blank')
      await server.advance(minutes(9))
      await page.goto('/profile')
      await expectProfile(page, written)
    })

    await test.step('stays away for ten minutes and is logged out and told why', async () => {
      await page.goto('about:blank')
      await server.advance(minutes(10))
      await page.goto('/profile')
      await expect(page).toHaveURL('/login?next=%2Fprofile&reason=idle')
      await expect(page.getByRole('status')).toContainText(
        'You were logged out because nothing happened for 10 minutes.',
      )
    })

    await test.step('logs in again and is back at the profile, with everything there', async () => {
      await logIn(page, person)
      await expect(page).toHaveURL('/profile')
      await expectProfile(page, written)
    })

    await test.step('logs out', async () => {
      await logOut(page)
      await expect(page.getByRole('status')).toContainText('You are logged out.')
      await page.goto('/profile')
      await expect(page).toHaveURL(/\/login\?next=%2Fprofile/)
    })
  },
)

test('redirects a logged-in user from log-in and sign-up to home', everywhere, async ({ loggedInPage }) => {
  for (const path of ['/login', '/signup']) {
    await loggedInPage.goto(path)
    await expect(loggedInPage).toHaveURL('/')
  }
})

test(
  'an address with nothing behind it says so in the same dress',
  everywhere,
  async ({ loggedInPage, expectedNoise }) => {
    expectedNoise.push(/404 \(Not Found\)/)
    // A member has no page at the second.
    for (const path of ['/nowhere', '/admin']) {
      const response = await loggedInPage.goto(path)
      expect(response?.status()).toBe(404)
      await expect(loggedInPage.getByRole('heading', { level: 1 })).toHaveText('Page not found')
      await expect(loggedInPage.getByRole('main')).toHaveCSS('border-radius', '10px')
    }
  },
)

test('keeps the chosen colour scheme', everywhere, async ({ page }) => {
  await page.goto('/login')
  const remembered = page.waitForResponse(isPostedForm)
  await page.getByRole('group', { name: 'Colours' }).getByRole('button', { name: 'Dark' }).click()
  await remembered
  await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.goto('/signup')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
