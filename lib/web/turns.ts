// How many forms are worked on at once. One that waits costs nothing; one that is worked on costs a page and often a
// password's hash, and while a flood of them is, everything else is slow. Browsers in which somebody logged in here wait in
// a line of their own: strangers, however many, do not stand before them.
import pLimit from 'p-limit'
import { seconds } from '#lib/clock.ts'
import { currentRequest } from '#lib/request-context.ts'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, readDevice } from './device-name.ts'

/** Keeps the cores of a small machine busy, and lets a page in between wait for milliseconds only. */
const mostAtOnce = 8
/** Some seconds of work: whoever comes behind is better told to come back. */
const mostWaiting = 400

/** What one browser may have in the line of the known ones: their names are easily had, by anybody with an account. */
const mostOfOneBrowser = 4
/** Longer than any form takes. A page too long to wait in memory is not made to its end until somebody reads it. */
const longestTurnMs = seconds(30)

const lines = { known: pLimit(mostAtOnce), new: pLimit(mostAtOnce) }

/** How many forms each known browser has in its line. */
const ofBrowser = new Map<string, number>()

interface RequestCookies {
  get(name: string): { value: string } | undefined
}

/**
 * Resolves with true when it is this request's turn, which it keeps until its answer is made, whether or not that is read, or
 * with false when too many wait, or its client is gone. Ask when the body has arrived, so that nobody holds a place by
 * sending slowly. Where another server than ours answers, nobody knows when that is, and everybody's turn is at once.
 */
export async function waitForTurn(
  cookies: RequestCookies,
  { settings, sessionSecrets }: Pick<Runtime, 'settings' | 'sessionSecrets'>,
): Promise<boolean> {
  const request = currentRequest()
  if (request === null) return true
  const cookie = cookies.get(deviceCookieName(settings.appOrigin))?.value ?? ''
  const browser = readDevice(cookie, sessionSecrets)?.id ?? ''
  const others = ofBrowser.get(browser) ?? 0
  const isKnown = browser !== '' && others < mostOfOneBrowser
  const line = lines[isKnown ? 'known' : 'new']
  if (line.pendingCount >= mostWaiting) return false
  if (isKnown) ofBrowser.set(browser, others + 1)
  let isOver = false
  const over = request.answered.then(() => {
    isOver = true
  })
  return new Promise((resolve) => {
    const turn = line(() => {
      resolve(!isOver)
      return isOver ? undefined : within(longestTurnMs, over)
    })
    turn.then(() => isKnown && leave(browser))
  })
}

function leave(browser: string): void {
  const left = (ofBrowser.get(browser) ?? 1) - 1
  if (left > 0) ofBrowser.set(browser, left)
  else ofBrowser.delete(browser)
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
