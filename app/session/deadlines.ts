// When to warn and when it is over, from the server's deadlines and the time that has passed here. Pure.

/** By the server's clock, in epoch milliseconds. */
export interface Deadlines {
  idleDeadline: number
  absoluteDeadline: number
  now: number
}

export interface Limits {
  idleMs: number
  maxMs: number
}

export interface Phase {
  phase: 'quiet' | 'warning' | 'over'
  leftMs: number
  /** Which end comes first: only the idle one can be put off. */
  limit: 'idle' | 'absolute'
  /** How long before the end the warning begins. */
  warnMs: number
}

/** WCAG 2.2.1 asks for 20 seconds to answer a warning at least; two minutes are enough to come back from the kettle. */
const longestWarningMs = 120_000

export function phaseAt(deadlines: Deadlines, elapsedMs: number, { idleMs, maxMs }: Limits): Phase {
  const { idleDeadline, absoluteDeadline, now } = deadlines
  const limit = absoluteDeadline <= idleDeadline ? 'absolute' : 'idle'
  const leftMs = Math.min(idleDeadline, absoluteDeadline) - now - elapsedMs
  // A fifth of a short window, so that most of it is not a warning.
  const warnMs = Math.min(longestWarningMs, (limit === 'idle' ? idleMs : maxMs) / 5)
  if (leftMs <= 0) return { phase: 'over', leftMs: 0, limit, warnMs }
  return { phase: leftMs <= warnMs ? 'warning' : 'quiet', leftMs, limit, warnMs }
}

/** From here on the time left is told in seconds. */
const bySecondMs = 120_000

/** How long what is told stays true: to the next full minute or, near the end, second, or to the warning. */
export function untilNextTold({ leftMs, warnMs }: Phase): number {
  const step = leftMs > bySecondMs ? 60_000 : 1000
  return Math.min(leftMs - warnMs, leftMs % step || step)
}

const spokenSeconds = [10, 30, 60, 120]

/** The moment that was spoken last: it changes at 120, 60, 30 and 10 seconds and at no other. */
export function spokenAt({ leftMs, warnMs }: Phase): number {
  const left = Math.ceil(leftMs / 1000)
  return Math.min(spokenSeconds.find((seconds) => left <= seconds) ?? left, Math.round(warnMs / 1000))
}
