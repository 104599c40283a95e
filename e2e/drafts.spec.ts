// An unsaved form that was left, or whose session ended, returns to the user who wrote it and to no other.
import type { Page } from '@playwright/test'
import { minutes } from '#e2e/support/durations.ts'
import { holdTime, idleFor, sleepFor } from '#e2e/support/passing-time.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { logIn, logOut, signUp } from '#e2e/support/site.ts'
import { expect, signIn, test } from './fixtures.ts'

// Playwright's clock leaves scripts behind that a reused context runs without it.
test.use({ reuseContext: false })

const offer = (page: Page) => page.getByRole('button', { name: 'Restore draft' })

test.beforeEach(async ({ page, expectedNoise }) => {
  expectedNoise.push(/401 \(Unauthorized\)/)
  await holdTime(page)
})

/** Signs up a user who writes half a bio and is then logged out by the idle timeout. */
async function loseSession(page: Page, server: TestServer): Promise<Person> {
  const person = await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Full name').fill('Zoë Quist')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  await sleepFor(page, server, minutes(11))
  await expect(page).toHaveURL('/login?next=%2Fprofile%2Fedit&reason=idle')
  return person
}

test('is restored after the same user logs in', async ({ page, server }) => {
  await logIn(page, await loseSession(page, server))
  await expect(page).toHaveURL('/profile/edit')
  await expect(page.getByLabel('Bio')).toHaveValue('')
  await offer(page).click()
  await expect(page.getByLabel('Bio')).toHaveValue('Keeps the lamp')
  await expect(page.getByLabel('Full name')).toHaveValue('Zoë Quist')
  await expect(page.getByLabel('Full name')).toBeFocused()
  await expect(page.getByText('It is not saved yet.')).toBeVisible()
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
  await page.goto('/profile/edit')
  await expect(offer(page)).toBeHidden()
})

test('is offered after leaving by a link, until it is saved', async ({ page, server }) => {
  await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  await page.getByRole('link', { name: 'Home' }).click()
  await expect(page).toHaveURL('/')
  await page.goto('/profile/edit')
  await expect(page.getByText('You left this page before this was saved.')).toBeVisible()
  await offer(page).click()
  await expect(page.getByLabel('Bio')).toHaveValue('Keeps the lamp')
  await expect(page.getByLabel('Bio')).toBeFocused()
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
  await page.goto('/profile/edit')
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
})

test('is not offered for a text that was put back as it was', async ({ page, server }) => {
  await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  // As when another tab is looked at.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain('lamp')
  await page.getByLabel('Bio').fill('')
  await page.getByRole('link', { name: 'Home' }).click()
  await page.goto('/profile/edit')
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
})

test('that the server refused is no longer taken for sent', async ({ page, server }) => {
  await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  await page.getByLabel('Age').fill('old')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByLabel('Age')).toHaveAttribute('aria-invalid', 'true')
  await expect.poll(() => page.evaluate(() => Object.values(localStorage).join())).toContain('"isSent":false')
})

test('a log-out, which deletes it, asks first', async ({ page, server }) => {
  await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  const asked: string[] = []
  page.once('dialog', async (dialog) => {
    asked.push(dialog.type())
    await dialog.dismiss()
  })
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect.poll(() => asked).toEqual(['beforeunload'])
  await expect(page.getByLabel('Bio')).toHaveValue('Keeps the lamp')
  page.once('dialog', (dialog) => dialog.accept())
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page).toHaveURL('/login?reason=signed-out')
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).not.toContain('lamp')
})

test('can be discarded', async ({ page, server }) => {
  await logIn(page, await loseSession(page, server))
  await page.getByRole('button', { name: 'Discard draft' }).click()
  await expect(page.getByLabel('Full name')).toBeFocused()
  await expect(offer(page)).toBeHidden()
  await page.reload()
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
})

test('is deleted when another user logs in', async ({ page, server, newPerson }) => {
  const person = await loseSession(page, server)
  const other = await newPerson()
  await logIn(page, other)
  await expect(page).toHaveURL('/profile/edit')
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).not.toContain('lamp')
  await logOut(page)
  await logIn(page, person)
  await expect(page).toHaveURL('/')
  await page.goto('/profile/edit')
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
})

test('is deleted by a log-out, and after thirty minutes [V14.3.3]', async ({ page, server }) => {
  const person = await loseSession(page, server)
  await logIn(page, person)
  await expect(offer(page)).toBeVisible()
  await logOut(page)
  await expect(page).toHaveURL('/login?reason=signed-out')
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).not.toContain('lamp')
})

test('expires after thirty minutes', async ({ page, server }) => {
  const person = await loseSession(page, server)
  await idleFor(page, server, minutes(30))
  await logIn(page, person)
  await expect(page).toHaveURL('/profile/edit')
  await page.waitForLoadState('networkidle')
  await expect(offer(page)).toBeHidden()
})

test('is also saved when the form was posted too late', async ({ page, server }) => {
  const person = await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  // The page does not notice, because its clock is stopped.
  await server.advance(minutes(11))
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page).toHaveURL('/login?next=%2Fprofile%2Fedit&reason=idle')
  await logIn(page, person)
  await offer(page).click()
  await expect(page.getByLabel('Bio')).toHaveValue('Keeps the lamp')
})

test('never contains a password, and pages work in a browser without storage [V14.3.3]', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
  })
  await page.goto('/signup')
  await signUp(page, makePerson())
  await expect(page).toHaveURL('/')
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp lit')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
})
