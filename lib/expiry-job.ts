// Deletes expired records and accounts and lifts suspensions that are over: at the first request or start, then hourly.
import type { AuditEvent } from './core/audit/events.ts'
import { hours } from './core/clock.ts'
import { logFault } from './core/log/log.ts'
import type { Services } from './services.ts'

const everyMs = hours(1)

export interface ExpiryJob {
  /** Resolves when the run in progress is done. No other follows. */
  stop(): Promise<void>
}

type Dependencies = Pick<Services, 'sessions' | 'accountDeletion' | 'people' | 'audit' | 'stores' | 'clock'>

export function startExpiryJob({ sessions, accountDeletion, people, audit, stores, clock }: Dependencies): ExpiryJob {
  let running = run()
  const timer = setInterval(() => {
    running = run()
  }, everyMs)
  timer.unref()

  async function run(): Promise<void> {
    try {
      await sessions.prune()
      await stores.tokens.deleteExpired(clock())
      for (const id of await people.liftSuspensions()) await note('account.resumed', id)
      for (const id of await accountDeletion.erase()) await note('account.erased', id)
      await stores.lockouts.removeOrphans()
      await audit.tidy()
    } catch (error) {
      logFault('sweep_failed', error)
    }
  }

  const note = (event: AuditEvent, subjectId: string) => audit.record({ event, actorId: null, subjectId })

  return {
    stop() {
      clearInterval(timer)
      return running
    },
  }
}
