// The first visit over 400 kbit/s with 400 ms of round trip, as DevTools' "Slow 3G": when the page is painted and takes
// text, and when its scripts have all arrived.
import type { Browser } from '@playwright/test'
import type { Opened } from './client-pages.ts'

const line = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

export async function visitSlowly(browser: Browser, { url, headers }: Opened) {
  const context = await browser.newContext({ extraHTTPHeaders: headers })
  const page = await context.newPage()
  const devTools = await context.newCDPSession(page)
  await devTools.send('Network.emulateNetworkConditions', line)
  await page.goto(url, { waitUntil: 'load' })
  const times = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    loaded: performance.now(),
  }))
  await context.close()
  return times
}
