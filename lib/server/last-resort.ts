// Handles uncaught errors. After an uncaught exception the process state is unknown: log it, flush acknowledged writes,
// exit, and let the supervisor restart. An unhandled rejection is only logged: Next causes some by design (renders that
// were abandoned), and a request must not be able to end the process.
import { seconds } from '../core/clock.ts'
import { createLog, logError, settleErrors } from '../core/log/log.ts'

/** How long the stores get to flush. */
const saveWithinMs = seconds(5)

/** `save` must work before anything has been opened. */
export function installLastResort(save: () => Promise<void>): void {
  let isEnding = false
  process.on('uncaughtException', (error, origin) => {
    createLog('fatal').fatal({ event: 'process_failed', origin, err: error }, 'Unexpected failure; the process ends')
    if (isEnding) return
    isEnding = true
    const end = () => process.exit(1)
    setTimeout(end, saveWithinMs)
    save()
      .catch((failure: unknown) => logError('save_failed', failure))
      .finally(() => {
        settleErrors()
        end()
      })
  })
  process.on('unhandledRejection', (reason) => logError('rejection_unhandled', reason))
}
