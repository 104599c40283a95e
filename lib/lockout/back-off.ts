// How long to wait after wrong passwords in a row, and when there were too many: the one rule, for every way to try one.
import { minutes, seconds } from '../clock.ts'
import { clockSkewMs, type Failures, type WrongPasswords } from '../stores/types.ts'

/** People mistype: OWASP's Authentication Cheat Sheet counts lock-outs from a handful on. */
export const freeFailures = 5
/** Doubled with each further failure (the same sheet's exponential lock-out). */
export const firstWaitMs = seconds(1)
export const longestWaitMs = minutes(15)
/** NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures; then the password is void until it is reset. */
export const mostFailures = 100

export type Browser = keyof WrongPasswords

export const noFailures: Failures = { count: 0, lastAt: 0 }

/** How long after the last failure the next try is taken; 0 is at once. */
export function waitAfter(count: number): number {
  if (count < freeFailures) return 0
  return Math.min(firstWaitMs * 2 ** (count - freeFailures), longestWaitMs)
}

/**
 * How much of that is left. A failure in the future was counted by a clock that was wrong: its time says nothing, and
 * capped it would keep the person out until that time has come.
 */
export function waitLeft({ count, lastAt }: Failures, now: number): number {
  if (lastAt > now + clockSkewMs) return 0
  const wait = waitAfter(count)
  return Math.min(Math.max(lastAt + wait - now, 0), wait)
}
