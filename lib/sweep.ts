// What nobody will ask for again leaves the store: at the first request or start, and then each hour.
import { hours } from './clock.ts'
import { logFault } from './log.ts'
import type { Services } from './services.ts'

const everyMs = hours(1)

export interface Sweeper {
  /** Resolves when the sweep that is under way is done; no other follows. */
  stop(): Promise<void>
}

export function startSweeping({ sessions, stores, clock }: Pick<Services, 'sessions' | 'stores' | 'clock'>): Sweeper {
  let sweeping = sweep()
  const timer = setInterval(() => {
    sweeping = sweep()
  }, everyMs)
  timer.unref()

  async function sweep(): Promise<void> {
    try {
      await sessions.sweep()
      await stores.tokens.deleteExpired(clock())
    } catch (error) {
      logFault('sweep_failed', error)
    }
  }

  return {
    stop() {
      clearInterval(timer)
      return sweeping
    },
  }
}
