// What nobody will ask for again leaves the store: at the first request or start, and then each hour.
import { hours } from './clock.ts'
import { logFault } from './log.ts'
import type { Services } from './services.ts'

const everyMs = hours(1)

export interface Sweeper {
  /** Resolves when the sweep that is under way is done; no other follows. */
  stop(): Promise<void>
}

type Swept = Pick<Services, 'sessions' | 'accounts' | 'stores' | 'clock'>

export function startSweeping({ sessions, accounts, stores, clock }: Swept): Sweeper {
  let sweeping = sweep()
  const timer = setInterval(() => {
    sweeping = sweep()
  }, everyMs)
  timer.unref()

  async function sweep(): Promise<void> {
    try {
      await sessions.sweep()
      await stores.tokens.deleteExpired(clock())
      await accounts.erase()
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
