// What time it is, and durations with their unit in the name. Nothing else in lib reads the system's clock.

/** Epoch milliseconds: for moments that are kept, shown or sent. Goes back when an operator or NTP sets it back. */
export interface Clock {
  (): number
  /** Milliseconds from any moment on, which no setting of the clock touches: for durations within one process. */
  readonly monotonic?: () => number
  /** The listener hears once of each step back, and how far it was. */
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

/** A smaller step is bridged: the time stands still for less than this instead of going back. */
const stepMs = seconds(1)

/** Follows the wall clock, also when it is set back. `createSessionAges` keeps that from prolonging a session. */
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
    // Before it is told: the listener may ask for the time.
    last = back >= stepMs ? now : Math.max(last, now)
    if (back >= stepMs) tell(Math.round(back))
    return Math.floor(last)
  }
  const onStepBack = (listener: (ms: number) => void) => {
    tell = listener
  }
  return Object.assign(read, { monotonic, onStepBack })
}

/** For clocks of tests that have none of their own, the clock itself. */
export function stopwatchOf(clock: Clock): () => number {
  return clock.monotonic ?? clock
}
