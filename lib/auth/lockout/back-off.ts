// The one rule for consecutive wrong passwords: how long to wait, and when the password is locked.
import { minutes, seconds } from '../../core/clock.ts'
import { clockSkewMs, type Failures } from '../../stores/types.ts'

/** Room for typing errors: OWASP’s Authentication Cheat Sheet suggests a handful before a lockout. */
export const freeFailures = 5
/** Doubled with each further failure (the same sheet's exponential lock-out). */
export const firstWaitMs = seconds(1)
export const longestWaitMs = minutes(15)
/** NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures; then the password is void until it is reset. */
export const mostFailures = 100

/** One that the user logged in with before, with the present password, or any other. */
export type Browser = 'new' | 'known'

export const noFailures: Failures = { count: 0, lastAt: 0 }

export function sumOf(some: Failures, others: Failures): Failures {
  return { count: some.count + others.count, lastAt: Math.max(some.lastAt, others.lastAt) }
}

/** How long after the last failure the next attempt is allowed. 0 means at once. */
export function waitAfter(count: number): number {
  if (count < freeFailures) return 0
  return Math.min(firstWaitMs * 2 ** (count - freeFailures), longestWaitMs)
}

/**
 * The rest of that wait. A failure dated in the future was counted by a wrong clock and causes no wait: capping it
 * would lock the user out until then.
 */
export function waitLeft({ count, lastAt }: Failures, now: number): number {
  if (lastAt > now + clockSkewMs) return 0
  const wait = waitAfter(count)
  return Math.min(Math.max(lastAt + wait - now, 0), wait)
}
