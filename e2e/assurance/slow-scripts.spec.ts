// Pages whose scripts never arrive, in a browser that runs JavaScript.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { logIn } from '#e2e/support/site.ts'

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
