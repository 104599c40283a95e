// The time zone that a user chooses for a browser.
import type { Page } from '@playwright/test'
import { expect, test } from '#e2e/fixtures.ts'

const tokyo = 'Asia/Tokyo'
const timeZone = (page: Page) => page.getByLabel('Time zone')

async function choose(page: Page, zone: string): Promise<void> {
  await page.goto('/account')
  await timeZone(page).selectOption(zone)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Preferences saved.' })).toBeVisible()
  await expect(timeZone(page)).toHaveValue(zone)
}

async function expectTimesIn(page: Page, zone: string): Promise<void> {
  for (const path of ['/', '/security']) {
    await page.goto(path)
    const time = page.getByRole('main').getByRole('time').first()
    const at = new Date((await time.getAttribute('datetime')) ?? '')
    await expect(time).toContainText(timeIn(zone, at))
  }
}

const timeIn = (zone: string, at: Date) =>
  at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })

test('times are in the chosen time zone until the browser’s is chosen again', { tag: '@no-javascript' }, async ({
  loggedInPage: page,
  javaScriptEnabled,
}) => {
  const cookies = async () =>
    Object.fromEntries((await page.context().cookies()).map((cookie) => [cookie.name, cookie]))
  const ofBrowser = javaScriptEnabled ? 'Europe/Vienna' : undefined
  await page.goto('/')
  await expect.poll(async () => (await cookies()).tz?.value).toBe(ofBrowser)
  await expectTimesIn(page, ofBrowser ?? 'UTC')

  await choose(page, tokyo)
  await expectTimesIn(page, tokyo)
  expect(await cookies()).toMatchObject({
    'time-zone': { value: encodeURIComponent(tokyo), httpOnly: true, sameSite: 'Lax' },
  })
  expect((await cookies()).tz?.value, 'what the script wrote').toBe(ofBrowser)

  await choose(page, '')
  await expectTimesIn(page, ofBrowser ?? 'UTC')
  expect(await cookies()).not.toHaveProperty('time-zone')
})

test('the browser shows the time of an unsaved text in the chosen time zone', async ({ loggedInPage: page }) => {
  await choose(page, tokyo)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Keeps the lamp')
  await page.getByRole('link', { name: 'Home' }).click()
  await expect(page).toHaveURL('/')
  const left = new Date()
  await page.goto('/profile/edit')
  const offer = page.getByText('You left this page before this was saved.')
  const around = [left, new Date(left.getTime() - 60_000)].map((at) => timeIn(tokyo, at))
  await expect(offer).toContainText(new RegExp(around.join('|')))
})

test('an unknown time zone is ignored', async ({ client }) => {
  await client.signUp()
  const cookie = () => client.cookies.get('time-zone')
  await client.submit('/account', 'Save', { timeZone: tokyo })
  await client.submit('/account', 'Save', { timeZone: 'Nowhere/At_All' })
  expect(cookie()).toBe(encodeURIComponent(tokyo))
})
