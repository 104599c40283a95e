// How many forms are worked on at once. One that waits costs nothing; one that is worked on costs a page and often a
// password's hash, and while a flood of them is, everything else is slow. Browsers in which somebody logged in here wait in
// a line of their own: strangers, however many, do not stand before them.
import pLimit from 'p-limit'
import { currentRequest } from '#lib/request-context.ts'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, deviceNameIn } from './device-name.ts'

/** Keeps the cores of a small machine busy, and lets a page in between wait for milliseconds only. */
const mostAtOnce = 8
/** Some seconds of work: whoever comes behind is better told to come back. */
const mostWaiting = 400

const lines = { known: pLimit(mostAtOnce), new: pLimit(mostAtOnce) }

interface RequestCookies {
  get(name: string): { value: string } | undefined
}

/**
 * Resolves with true when it is this request's turn, which it keeps until it is answered, or with false when too many
 * wait. Ask when the body has arrived, so that nobody holds a place by sending slowly. Where another server than ours
 * answers, nobody knows when that is, and everybody's turn is at once.
 */
export async function waitForTurn(
  cookies: RequestCookies,
  { settings, sessionSecrets }: Pick<Runtime, 'settings' | 'sessionSecrets'>,
): Promise<boolean> {
  const request = currentRequest()
  if (request === null) return true
  const cookie = cookies.get(deviceCookieName(settings.appOrigin))?.value ?? ''
  const line = lines[deviceNameIn(cookie, sessionSecrets) === null ? 'new' : 'known']
  if (line.pendingCount >= mostWaiting) return false
  return new Promise((resolve) => {
    line(() => {
      resolve(true)
      return request.answered
    })
  })
}
