// What time it is, and durations with their unit in the name. Nothing else in lib reads the system's clock.

/** Epoch milliseconds. Never goes backwards within a process. */
export type Clock = () => number

export const seconds = (n: number): number => n * 1000
export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000
export const days = (n: number): number => n * 86_400_000

/**
 * The system's clock, held to the monotonic one: when an operator or NTP sets the wall clock back, time goes on from
 * where it was, so that no session lives longer than its window. A wall clock set forward is believed.
 */
export function createSystemClock(wall: Clock = Date.now, monotonic: Clock = () => performance.now()): Clock {
  let last = wall()
  let lastMonotonic = monotonic()
  return () => {
    const monotonicNow = monotonic()
    last = Math.max(last + monotonicNow - lastMonotonic, wall())
    lastMonotonic = monotonicNow
    return Math.floor(last)
  }
}
