// Limits how many posted forms run at a time. A form costs a page and often a password hash, so a flood would slow down
// everything else. IP addresses are served in rotation, so that one with many forms delays only itself. Browsers of
// earlier log-ins have their own queue, which strangers cannot fill.
import { seconds } from '#lib/core/clock.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, deviceOwnerIn } from '../cookies/device-name.ts'
import { FairLine } from './fair-queue.ts'

const limits = {
  /** Keeps the cores of a small machine busy, while other pages wait only milliseconds. */
  atOnce: 8,
  /** Half of them, so that one address with slow forms leaves room for others. */
  atOnceOfGroup: 4,
  /** Some seconds of work; beyond it, requests get 503 with Retry-After. */
  mostWaiting: 400,
}

/**
 * Queue places for the known browsers of one user. Counted per user, because a user can log in from hundreds of
 * browsers.
 */
const mostOfOneUser = 4
/** Longer than any form takes. Frees the slot even if the client never reads a large response. */
const longestTurnMs = seconds(30)

const lines = { known: new FairLine(limits), new: new FairLine(limits) }

/** The number of places that each user's known browsers hold. */
const ofUser = new Map<string, number>()

interface RequestCookies {
  get(name: string): { value: string } | undefined
}

/**
 * Resolves with true when the request may run, until its response is complete or `endTurn` is called. Resolves with
 * false when too many wait or the client is gone. Call it after the body has arrived, so that slow senders hold no
 * place. Under another server the end of the response is unknown, so it resolves immediately.
 */
export async function waitForTurn(
  cookies: RequestCookies,
  { settings, sessionSecrets }: Pick<Runtime, 'settings' | 'sessionSecrets'>,
): Promise<boolean> {
  const request = currentRequest()
  if (request === null) return true
  const cookie = cookies.get(deviceCookieName(settings.appOrigin))?.value ?? ''
  const owner = deviceOwnerIn(cookie, sessionSecrets)
  const leaveUser = owner === null ? null : takePlaceOf(owner)
  const entry = lines[leaveUser === null ? 'new' : 'known'].enter(countedAddress(request.address))
  const given = Promise.withResolvers<void>()
  const over = Promise.race([request.answered, given.promise])
  request.endTurn = given.resolve
  over.then(entry.leave)
  const end = await entry.turn
  if (end === null) {
    leaveUser?.()
    return false
  }
  within(longestTurnMs, over).then(() => {
    end()
    leaveUser?.()
  })
  return true
}

/** Takes a place and returns the function that frees it, or null if the user has too many. */
function takePlaceOf(owner: string): (() => void) | null {
  const others = ofUser.get(owner) ?? 0
  if (others >= mostOfOneUser) return null
  ofUser.set(owner, others + 1)
  return () => {
    const left = (ofUser.get(owner) ?? 1) - 1
    if (left > 0) ofUser.set(owner, left)
    else ofUser.delete(owner)
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
