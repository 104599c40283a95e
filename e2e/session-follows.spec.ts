// User input keeps the session, an open page does not, and its end is announced and shown.
import type { Page } from '@playwright/test'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { holdTime, idleFor, runFor, sleepFor, stopTime } from '#e2e/support/passing-time.ts'
import { expect, signIn, test } from './fixtures.ts'

// Playwright's clock leaves scripts behind that a reused context runs without it.
test.use({ reuseContext: false })

const warning = (page: Page) => page.getByRole('alertdialog')
const main = (page: Page) => page.getByRole('main')

/** The requests that the page sent without the user. */
function countActivity(page: Page): { posts: number } {
  const count = { posts: 0 }
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/session/activity')) count.posts += 1
  })
  return count
}

test.beforeEach(({ expectedNoise }) => {
  // The browser logs every 401 that a page receives.
  expectedNoise.push(/401 \(Unauthorized\)/)
})

test('nine minutes of typing without navigation keep it', async ({ loggedInPage: page, idleFor }) => {
  const activity = countActivity(page)
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').focus()
  const now = () => page.evaluate(() => Date.now())
  const began = await now()
  for (let passed = 0; passed < 18; passed += 1) {
    await page.keyboard.type('word ')
    await idleFor(seconds(30))
  }
  const tookSeconds = ((await now()) - began) / 1000
  expect(activity.posts, 'one in thirty seconds at most').toBeLessThanOrEqual(Math.ceil(tookSeconds / 30))
  expect(activity.posts).toBeGreaterThanOrEqual(16)
  await idleFor(minutes(7))
  await expect(warning(page)).toBeHidden()
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
})

test('ten minutes of an open page full of links end it, and the page says so', async ({
  loggedInPage: page,
  idleFor,
}) => {
  const activity = countActivity(page)
  await page.goto('/')
  // The page counts from its arrival, which varies on a busy machine.
  await idleFor(seconds(450))
  await expect(warning(page)).toBeHidden()
  await idleFor(seconds(35))
  await expect(warning(page)).toBeVisible()
  await idleFor(seconds(105))
  await expect(main(page)).toBeVisible()
  await idleFor(seconds(15))
  await expect(page).toHaveURL('/login?next=%2F&reason=idle')
  await expect(page.getByText('nothing happened for 10 minutes')).toBeVisible()
  expect(activity.posts).toBe(0)
})

test('the warning is announced when it opens and at 60, 30 and 10 seconds, traps the focus and stays with Escape', async ({
  loggedInPage: page,
  idleFor,
}) => {
  await page.goto('/profile')
  await page.getByRole('link', { name: 'Edit profile' }).focus()
  await idleFor(seconds(481))
  const dialog = page.getByRole('alertdialog', { name: 'Are you still there?' })
  await expect(dialog).toBeVisible()
  // 119 seconds, less what the machine took since the page arrived.
  await expect(dialog).toHaveAccessibleDescription(/^You will be logged out in \d{2,3} seconds\. Nothing has happened/)
  const opening = (await dialog.getByRole('status').textContent()) ?? ''
  const opened = Number(/\d+/.exec(opening)?.[0])
  expect(opened).toBeGreaterThan(60)
  expect(opened).toBeLessThan(120)
  await expect(page).toHaveTitle(/^1:\d\d · Profile · Gatehouse$/)
  expect(60 + Number((await page.title()).slice(2, 4))).toBeLessThanOrEqual(opened)
  const stay = dialog.getByRole('button', { name: 'Stay logged in' })
  await expect(stay).toBeFocused()
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).toMatch(/DIALOG|BODY/)
  }
  await stopTime(page)
  const last = 'You will be logged out in 10 seconds.'
  const spoken: string[] = []
  for (let second = 0; second < 120 && spoken.at(-1) !== last; second += 1) {
    const text = (await dialog.getByRole('status').textContent()) ?? ''
    if (text !== spoken.at(-1)) spoken.push(text)
    await page.clock.runFor(1000)
  }
  expect(spoken).toEqual([
    opening,
    'You will be logged out in 1 minute.',
    'You will be logged out in 30 seconds.',
    last,
  ])
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('link', { name: 'Edit profile' })).toBeFocused()
  await expect(page).toHaveTitle('Profile · Gatehouse')
})

test('Home shows how much of the window is left, as it passes', async ({ loggedInPage: page, idleFor }) => {
  await page.goto('/')
  const share = async () => Number.parseFloat((await page.locator('svg.bar rect').getAttribute('width')) ?? '')
  await expect.poll(share).toBeGreaterThan(95)
  await idleFor(minutes(6))
  await expect.poll(share).toBeLessThan(45)
  expect(await share()).toBeGreaterThan(30)
})

test('staying restores the full window, any number of times', async ({ loggedInPage: page, idleFor }) => {
  const activity = countActivity(page)
  await page.goto('/')
  for (let times = 1; times <= 3; times += 1) {
    await idleFor(seconds(500))
    await warning(page).getByRole('button', { name: 'Stay logged in' }).click()
    await expect(warning(page)).toBeHidden()
  }
  expect(activity.posts).toBeGreaterThanOrEqual(3)
  await idleFor(seconds(470))
  await expect(warning(page)).toBeHidden()
})

test('the warning’s other button logs out', async ({ loggedInPage: page, idleFor }) => {
  await page.goto('/')
  await idleFor(seconds(500))
  await warning(page).getByRole('button', { name: 'Log out now' }).click()
  await expect(page).toHaveURL('/login?reason=signed-out')
})

test('before the absolute limit, the warning says that nothing extends the session', async ({
  page,
  startOwnServer,
}) => {
  const server = await startOwnServer({ env: { SESSION_MAX_SECONDS: String(20 * 60) } })
  const idle = (ms: number) => idleFor(page, server, ms)
  await signIn(page.context(), server.url)
  await holdTime(page)
  await page.goto(server.url)
  for (const _ of [1, 2]) {
    await idle(minutes(7))
    await Promise.all([page.waitForResponse(/activity/), page.keyboard.press('Shift')])
  }
  await idle(minutes(4.2))
  const dialog = page.getByRole('alertdialog', { name: 'This session is about to end' })
  await expect(dialog).toContainText('Nothing extends it.')
  await dialog.getByRole('button', { name: 'Got it' }).click()
  await expect(dialog).toBeHidden()
  await idle(minutes(3))
  await expect(page).toHaveURL(`${server.url}/login?next=%2F&reason=expired`)
  // Before its server stops.
  await page.close()
})

test('a laptop that slept past the end shows nothing private when it wakes [V14.3.1, T14]', async ({
  loggedInPage: page,
  idleFor: _,
  server,
}) => {
  await page.goto('/profile')
  await sleepFor(page, server, minutes(30))
  await expect(page).toHaveURL('/login?next=%2Fprofile&reason=idle')
})

test('a laptop that slept before the page’s scripts loaded shows nothing private either', async ({
  loggedInPage: page,
  idleFor: _,
  server,
}) => {
  const awake = Promise.withResolvers<void>()
  await page.route('**/_next/static/**/*.js', async (route) => {
    await awake.promise
    await route.continue()
  })
  await page.goto('/profile', { waitUntil: 'commit' })
  await expect(main(page)).toBeVisible()
  await sleepFor(page, server, minutes(30))
  awake.resolve()
  await expect(page).toHaveURL('/login?next=%2Fprofile&reason=idle')
})

for (const [when, wake] of [
  ['the first key press', (page: Page) => page.keyboard.press('Shift')],
  ['three seconds awake', (page: Page) => runFor(page, seconds(3))],
] as const) {
  test(`a page that slept past the end is hidden at ${when}, before the server answers [V14.3.1, T14]`, async ({
    loggedInPage: page,
    idleFor: _,
  }) => {
    await page.goto('/profile')
    await expect(main(page)).toBeVisible()
    // The server never answers, and no timer has rung: only the wall clock moved on.
    await page.route('**/api/session', () => {})
    await stopTime(page)
    await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + minutes(30))
    await expect(main(page)).toBeVisible()
    await wake(page)
    await expect(main(page)).toBeHidden()
  })
}

test('without the server, a card takes the place of an expired page, which comes back if the session is still live', async ({
  loggedInPage: page,
  idleFor: _,
  expectedNoise,
}) => {
  expectedNoise.push(/ERR_INTERNET_DISCONNECTED/)
  await page.goto('/profile')
  await page.context().setOffline(true)
  await runFor(page, minutes(10))
  await expect(main(page)).toBeHidden()
  const card = page.getByRole('alert').filter({ hasText: 'Gatehouse cannot be reached' })
  await expect(card).toBeVisible()
  await expect(page.getByText('Zoë')).toBeHidden()
  await card.getByRole('button', { name: 'Try again' }).click()
  await expect(card).toBeVisible()
  await page.context().setOffline(false)
  await runFor(page, seconds(6))
  await expect(main(page)).toBeVisible()
  await expect(card).toBeHidden()
})
