// How many posted forms are worked on at a time, and whose is next. A form costs a page and often a password hash, so a
// flood of them would make everything else slow. Addresses are served in rotation: one address, however many forms it
// sends, delays only itself. Browsers in which somebody logged in before have a line of their own, which strangers do not fill.
import { seconds } from '#lib/core/clock.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import type { Runtime } from '#lib/services.ts'
import { deviceCookieName, deviceOwnerIn } from './device-name.ts'
import { FairLine } from './fair-line.ts'

const limits = {
  /** Keeps the cores of a small machine busy, and lets a page in between wait for milliseconds only. */
  atOnce: 8,
  /** Half of them: an address whose forms are slow leaves room for the others. */
  atOnceOfGroup: 4,
  /** Some seconds of work: tell the next request to come back. */
  mostWaiting: 400,
}

/**
 * What the browsers of one user may have in the line of the known ones. Counted for the user, not the browser: anybody with
 * an account can log in from hundreds of browsers.
 */
const mostOfOneUser = 4
/** Longer than any form takes. A page too long to wait in memory is not made to its end until somebody reads it. */
const longestTurnMs = seconds(30)

const lines = { known: new FairLine(limits), new: new FairLine(limits) }

/** How many forms the known browsers of each user have in their line. */
const ofUser = new Map<string, number>()

interface RequestCookies {
  get(name: string): { value: string } | undefined
}

/**
 * Resolves with true when it is this request's turn, which it keeps until its answer is made or `endTurn` is called, or with
 * false when too many wait, or its client is gone. Ask when the body has arrived, so that nobody holds a place by
 * sending slowly. Where another server than ours answers, nobody knows when that is, and everybody's turn is at once.
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

/** Null when the user has as many places as one may have; else what gives the place back. */
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
