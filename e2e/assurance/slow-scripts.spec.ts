// Pages whose scripts come late or never, in a browser that runs JavaScript.
import type { Page } from '@playwright/test'
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { logIn } from '#e2e/support/site.ts'
import { images } from '#lib/features/picture/images-for-test.ts'

test('the log-in page works before its scripts are there', async ({ page, server }) => {
  const person = await new Client(server.url).signUp()
  await page.route('**/_next/static/**/*.js', () => {})
  await page.goto('/login?next=/profile', { waitUntil: 'commit' })
  await logIn(page, { ...person, password: 'not the password' })
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByLabel('Username')).toHaveValue(person.username)
  await logIn(page, person)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile')
})

test.describe('before the scripts come', () => {
  async function holdScripts(page: Page): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/_next/static/**/*.js', async (route) => {
      await promise
      await route.continue()
    })
    return resolve
  }

  test('chosen filters are applied when they come', async ({ page, server }) => {
    await giveCookies(await logInAs(server, await firstAdmin(server)), page.context())
    const release = await holdScripts(page)
    await page.goto('/admin/audit', { waitUntil: 'commit' })
    await page.getByLabel('Event').selectOption('Profile changed')
    await page.getByLabel('From').fill('2026-01-31')
    release()
    await expect(page).toHaveURL('/admin/audit?event=profile.changed&from=2026-01-31')
  })

  test('a typed username is checked when they come', async ({ page, newPerson }) => {
    const { username } = await newPerson()
    const release = await holdScripts(page)
    await page.goto('/signup', { waitUntil: 'commit' })
    await page.getByLabel('Username').fill(username)
    release()
    await expect(page.getByText('That username is taken.')).toBeVisible()
  })

  test('a chosen picture is drawn when they come', async ({ loggedInPage: page }) => {
    const release = await holdScripts(page)
    await page.goto('/profile/picture', { waitUntil: 'commit' })
    const buffer = Buffer.from(images.pngDescribed, 'base64')
    await page.getByLabel('Image file').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer })
    release()
    await expect(page.getByRole('img', { name: 'Your new picture' })).toBeVisible()
  })
})
