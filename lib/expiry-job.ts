// Deletes expired records and accounts, lifts suspensions that have ended, and removes second factors whose reset is
// due: at the start, then hourly.
import type { AuditEvent } from './core/audit/events.ts'
import { hours } from './core/clock.ts'
import { logError } from './core/log/log.ts'
import type { Services } from './services.ts'

const everyMs = hours(1)

export interface ExpiryJob {
  /** Resolves when the current run has ended. No other starts. */
  stop(): Promise<void>
}

type Dependencies = Pick<
  Services,
  'sessions' | 'accountDeletion' | 'userAdmin' | 'factorResets' | 'audit' | 'stores' | 'clock'
>

export function startExpiryJob({
  sessions,
  accountDeletion,
  userAdmin,
  factorResets,
  audit,
  stores,
  clock,
}: Dependencies): ExpiryJob {
  let running = run()
  const timer = setInterval(() => {
    running = run()
  }, everyMs)
  timer.unref()

  async function run(): Promise<void> {
    try {
      await sessions.prune()
      await stores.tokens.deleteExpired(clock())
      for (const id of await userAdmin.liftSuspensions()) await note('account.resumed', id)
      await factorResets.carryOutDue()
      for (const id of await accountDeletion.erase()) {
        await stores.collections.rememberedBrowser.deleteAll({ userId: id })
        await note('account.erased', id)
      }
      await stores.lockouts.removeOrphans()
      await stores.credentialUses.removeOrphans()
      await stores.collections.rememberedBrowser.deleteExpired(clock())
      await audit.tidy()
    } catch (error) {
      logError('sweep_failed', error)
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
