// The CPU time of a page's main thread while it loads, which depends little on what else the machine does. `blocking` is
// Lighthouse's total blocking time computed from it, on a phone with a quarter of this machine's speed.
import type { Browser } from '@playwright/test'
import type { Opened } from './client-pages.ts'

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** CPU time in microseconds. */
  tdur?: number
  args?: { name?: string }
}

const phoneSlowdown = 4
const longTaskMs = 50

export async function measureMainThread(browser: Browser, { url, headers }: Opened) {
  const context = await browser.newContext({ extraHTTPHeaders: headers })
  const page = await context.newPage()
  await page.goto('about:blank')
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
  await page.goto(url, { waitUntil: 'load' })
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  await context.close()

  const isMain = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  const tasks = traceEvents
    .filter(({ name, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && isMain.has(`${pid}/${tid}`))
    .map(({ tdur = 0 }) => (tdur / 1000) * phoneSlowdown)
  return {
    busyMs: tasks.reduce((sum, ms) => sum + ms, 0),
    blockingMs: tasks.reduce((sum, ms) => sum + Math.max(0, ms - longTaskMs), 0),
  }
}
