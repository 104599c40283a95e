// Computes when to warn and when the session ends, from the server's deadlines and the elapsed time. Pure.

/** Epoch milliseconds by the server's clock. */
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
  /** The limit that comes first. Only the idle limit can be extended. */
  limit: 'idle' | 'absolute'
  /** Length of the warning before the end. */
  warnMs: number
}

/** WCAG 2.2.1 requires at least 20 seconds to answer a warning; two minutes allow coming back from the kettle. */
const longestWarningMs = 120_000

export function phaseAt(deadlines: Deadlines, elapsedMs: number, { idleMs, maxMs }: Limits): Phase {
  const { idleDeadline, absoluteDeadline, now } = deadlines
  const limit = absoluteDeadline <= idleDeadline ? 'absolute' : 'idle'
  const leftMs = Math.min(idleDeadline, absoluteDeadline) - now - elapsedMs
  // A fifth of a short window, so that the warning does not fill most of it.
  const warnMs = Math.min(longestWarningMs, (limit === 'idle' ? idleMs : maxMs) / 5)
  if (leftMs <= 0) return { phase: 'over', leftMs: 0, limit, warnMs }
  return { phase: leftMs <= warnMs ? 'warning' : 'quiet', leftMs, limit, warnMs }
}

/** Below this, the time left is shown in seconds. */
const bySecondMs = 120_000

/** Milliseconds until the shown time changes: at the next full minute, second near the end, or the warning. */
export function untilNextTold({ leftMs, warnMs }: Phase): number {
  const step = leftMs > bySecondMs ? 60_000 : 1000
  return Math.min(leftMs - warnMs, leftMs % step || step)
}

const spokenSeconds = [10, 30, 60, 120]

/** The seconds that were spoken last: those left when the warning opened, then 60, 30 and 10. */
export function spokenAt(leftMs: number, openedMs: number): number {
  const left = Math.ceil(leftMs / 1000)
  return Math.min(spokenSeconds.find((seconds) => left <= seconds) ?? left, Math.ceil(openedMs / 1000))
}
