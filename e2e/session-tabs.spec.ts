// The tabs of one browser agree within a second, and Back shows nothing private.
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { Client } from '#e2e/support/client.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { holdTime, idleFor, runFor } from '#e2e/support/passing-time.ts'
import { logOut } from '#e2e/support/site.ts'
import { expect, signIn, test } from './fixtures.ts'

// Playwright's clock leaves scripts behind that a reused context runs without it.
test.use({ reuseContext: false })

test.beforeEach(({ expectedNoise }) => {
  expectedNoise.push(/401 \(Unauthorized\)/)
})

async function openThree(context: BrowserContext, path = '/profile'): Promise<[Page, Page, Page]> {
  const pages: [Page, Page, Page] = [await context.newPage(), await context.newPage(), await context.newPage()]
  for (const page of pages) {
    await page.goto(path)
    await page.waitForLoadState('networkidle')
  }
  return pages
}

test('a log-out in one tab clears the others', async ({ context, server }) => {
  await signIn(context, server.url)
  const [first, ...others] = await openThree(context)
  await logOut(first)
  await expect(first).toHaveURL('/login?reason=signed-out')
  for (const page of others) {
    await expect(page).toHaveURL('/login?next=%2Fprofile&reason=signed-out')
  }
})

test('a log-in as another user updates every tab', async ({ context, server }) => {
  await signIn(context, server.url)
  const [first, ...others] = await openThree(context, '/')
  // Another user's session replaces the first in this browser, as after a log-in in a tab without scripts.
  const somebody = await signIn(context, server.url)
  await first.goto('/')
  await expect(first.getByRole('heading', { level: 1 })).toContainText(somebody.username)
  for (const page of others) {
    await expect(page.getByRole('heading', { level: 1 })).toContainText(somebody.username)
  }
})

test('staying in one tab closes the warning in the others', async ({ context, server }) => {
  await signIn(context, server.url)
  const pages = [await context.newPage(), await context.newPage(), await context.newPage()] as const
  for (const page of pages) {
    await holdTime(page)
    await page.goto('/')
  }
  // Less than the pages' time: a busy machine takes seconds for the three, and the last asks the server.
  await server.advance(seconds(481))
  for (const page of pages) {
    await runFor(page, seconds(500))
    await expect(page.getByRole('alertdialog')).toBeVisible()
  }
  await pages[0].getByRole('button', { name: 'Stay logged in' }).click()
  for (const page of pages) await expect(page.getByRole('alertdialog')).toBeHidden()
})

test('a session ended elsewhere disappears from every tab that gets focus', async ({ context, server }) => {
  await signIn(context, server.url)
  const [first, second, third] = await openThree(context)
  const thief = await new Client(server.url).takeCookies(context)
  await thief.logOut()
  await first.reload()
  for (const page of [first, second, third]) {
    await expect(page).toHaveURL('/login?next=%2Fprofile&reason=signed-out')
  }
})

test.describe('Back, in a browser that keeps pages', () => {
  /** Playwright disables the back-forward cache; a browser switch enables it again. */
  async function openKeepingBrowser(): Promise<Page> {
    const browser = await chromium.launch({
      ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    })
    return browser.newPage()
  }

  for (const end of ['a log-out', 'the end of the window'] as const) {
    test(`shows nothing private after ${end} [V14.3.1, T14]`, async ({ server }) => {
      const page = await openKeepingBrowser()
      const context = page.context()
      const { username } = await signIn(context, server.url)
      await page.goto(`${server.url}/profile`)
      await expect(page.getByRole('banner')).toContainText(username)
      await page.goto(`${server.url}/`)
      await page.waitForLoadState('networkidle')
      if (end === 'a log-out') {
        await logOut(page)
        await page.waitForURL(/reason=signed-out/)
      } else {
        await server.advance(minutes(10))
        await page.goto(`${server.url}/healthz`)
      }
      const seen: boolean[] = []
      await context.exposeFunction('seen', (isSeen: boolean) => seen.push(isSeen))
      for (const _ of ['back', 'and back']) {
        // A page from the browser's memory fires no load event, so nothing but the commit can be awaited.
        await page.goBack({ waitUntil: 'commit', timeout: 60_000 }).catch(() => null)
        seen.push(await page.getByText(username).first().isVisible())
        await expect(page).toHaveURL(/\/login|\/healthz|about:blank/)
      }
      expect(seen).not.toContain(true)
      await context.browser()?.close()
    })
  }
})

test('time that passes in one open tab passes in all', async ({ context, server }) => {
  await signIn(context, server.url)
  const pages = [await context.newPage(), await context.newPage()] as const
  for (const page of pages) {
    await holdTime(page)
    await page.goto('/profile')
  }
  await idleFor(pages[0], server, seconds(601))
  // The other tab's clock is stopped: it learns of the end from the first.
  for (const page of pages) {
    await expect(page).toHaveURL('/login?next=%2Fprofile&reason=idle')
  }
})
