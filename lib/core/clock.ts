// The clock, and durations with their unit in the name. No other file in lib reads the system clock.

/**
 * Epoch milliseconds, for times that are stored, shown or sent. Goes back when an operator or NTP sets the clock back.
 */
export interface Clock {
  (): number
  /** Milliseconds since an arbitrary time, unaffected by clock changes: for durations within one process. */
  readonly monotonic?: () => number
  /** Calls the listener after each step back, with its size. */
  readonly onStepBack?: (listener: (ms: number) => void) => void
}

interface SystemClock extends Clock {
  readonly monotonic: () => number
  readonly onStepBack: (listener: (ms: number) => void) => void
}

export const seconds = (n: number): number => n * 1000
export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000
export const days = (n: number): number => n * 86_400_000

/** The clock stands still instead of going back by less than this. */
const stepMs = seconds(1)

/** Follows the wall clock even when it is set back. `createSessionAges` keeps that from extending sessions. */
export function createSystemClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): SystemClock {
  let last = wall()
  let lastMonotonic = monotonic()
  let tell: (ms: number) => void = () => {}
  function read(): number {
    const passed = monotonic() - lastMonotonic
    lastMonotonic += passed
    const now = wall()
    const back = last + passed - now
    // Set before the callback, which may read the time.
    last = back >= stepMs ? now : Math.max(last, now)
    if (back >= stepMs) tell(Math.round(back))
    return Math.floor(last)
  }
  const onStepBack = (listener: (ms: number) => void) => {
    tell = listener
  }
  return Object.assign(read, { monotonic, onStepBack })
}

/** Falls back to the clock itself, for test clocks without a monotonic part. */
export function stopwatchOf(clock: Clock): () => number {
  return clock.monotonic ?? clock
}
