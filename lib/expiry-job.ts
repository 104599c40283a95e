// What nobody will ask for again leaves the store: at the first request or start, and then each hour.
import type { AuditEvent } from './audit/events.ts'
import { hours } from './clock.ts'
import { logFault } from './log.ts'
import type { Services } from './services.ts'

const everyMs = hours(1)

export interface ExpiryJob {
  /** Resolves when the sweep that is under way is done; no other follows. */
  stop(): Promise<void>
}

type Swept = Pick<Services, 'sessions' | 'accounts' | 'people' | 'audit' | 'stores' | 'clock'>

export function startExpiryJob({ sessions, accounts, people, audit, stores, clock }: Swept): ExpiryJob {
  let sweeping = sweep()
  const timer = setInterval(() => {
    sweeping = sweep()
  }, everyMs)
  timer.unref()

  async function sweep(): Promise<void> {
    try {
      await sessions.prune()
      await stores.tokens.deleteExpired(clock())
      for (const id of await people.liftSuspensions()) await note('account.resumed', id)
      for (const id of await accounts.erase()) await note('account.erased', id)
      await audit.tidy()
    } catch (error) {
      logFault('sweep_failed', error)
    }
  }

  const note = (event: AuditEvent, subjectId: string) => audit.record({ event, actorId: null, subjectId })

  return {
    stop() {
      clearInterval(timer)
      return sweeping
    },
  }
}
