// Moves time on both sides at once: in the page by Playwright's clock, which fires what falls due, and on the server.
import type { Page } from '@playwright/test'
import type { TestServer } from '#e2e/support/server.ts'

/** Call before the page is opened. */
export async function holdTime(page: Page): Promise<void> {
  await page.clock.install()
}

/**
 * Time passes and nobody does anything; the page's timers fire on the way.
 * The page's time is stopped before the server's moves: a page that asks the server in between leaves on its own.
 */
export async function idleFor(page: Page, server: TestServer, ms: number): Promise<void> {
  await runFor(page, ms, () => server.advance(ms))
}

/** The page's side alone. Real time does not flow beside a long run, which would shift what falls due. */
export async function runFor(page: Page, ms: number, whileStopped = async () => {}): Promise<void> {
  if (ms <= 2 * toStopMs) {
    await whileStopped()
    return page.clock.runFor(ms)
  }
  await stopTime(page)
  await whileStopped()
  await page.clock.runFor(ms - toStopMs)
  await page.clock.resume()
}

/** Time cannot be stopped at a moment that is over by the time the page hears of it. */
const toStopMs = 3000

/** From three seconds on time in the page passes only when it is told to. */
export async function stopTime(page: Page): Promise<void> {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + toStopMs)
}

/** A closed lid: time passes, and no timer of the page fires until it is awake again. */
export async function sleepFor(page: Page, server: TestServer, ms: number): Promise<void> {
  await server.advance(ms)
  await page.clock.fastForward(ms)
}
