// Moves time in the page, by Playwright's clock with its timers, and on the server.
import type { Page } from '@playwright/test'
import type { TestServer } from '#e2e/support/server.ts'

/** Call before the page is opened. */
export async function holdTime(page: Page): Promise<void> {
  await page.clock.install()
}

/**
 * Advances time without activity and fires the page's timers. Stops the page's clock before the server's moves, because
 * the page would log out if it asked in between.
 */
export async function idleFor(page: Page, server: TestServer, ms: number): Promise<void> {
  await runFor(page, ms, () => server.advance(ms))
}

/** Only the page's clock. Real time stops during a long run, because it would shift the timers. */
export async function runFor(page: Page, ms: number, whileStopped = async () => {}): Promise<void> {
  if (ms <= 2 * toStopMs) {
    await whileStopped()
    return page.clock.runFor(ms)
  }
  const passedMs = await stopTime(page)
  await whileStopped()
  await page.clock.runFor(Math.max(0, ms - passedMs))
  await page.clock.resume()
}

/** The clock can only be stopped at a future time of the page. */
const toStopMs = 3000

/**
 * Page time then advances only on command. Resolves with the time until it stopped: three seconds, or more if the page got
 * there before the command did, on a busy machine.
 */
export async function stopTime(page: Page): Promise<number> {
  const now = () => page.evaluate(() => Date.now())
  const began = await now()
  await page.clock.pauseAt(began + toStopMs).catch((error) => {
    // Playwright stops the clock all the same.
    if (!String(error).includes('fast-forward to the past')) throw error
  })
  return (await now()) - began
}

/** Like a closed lid: time passes and the page's timers fire only after waking. */
export async function sleepFor(page: Page, server: TestServer, ms: number): Promise<void> {
  await server.advance(ms)
  await page.clock.fastForward(ms)
}
