// What nobody caught. An exception leaves the process in a state that nobody knows: it is logged, what was acknowledged
// is made durable, and the process ends, for whoever started it to start it again. A rejected promise leaves nothing half
// done, and Next makes some by design (what a render no longer waits for): it is logged, and no request can end the
// process with one.
import { seconds } from '../core/clock.ts'
import { createLog, logFault, settleFaults } from '../core/log/log.ts'

/** The stores get this long. */
const saveWithinMs = seconds(5)

/** `save` may be called while the process has not opened anything yet. */
export function installLastResort(save: () => Promise<void>): void {
  let isEnding = false
  process.on('uncaughtException', (error, origin) => {
    createLog('fatal').fatal({ event: 'process_failed', origin, err: error }, 'Unexpected failure; the process ends')
    if (isEnding) return
    isEnding = true
    const end = () => process.exit(1)
    setTimeout(end, saveWithinMs)
    save()
      .catch((fault: unknown) => logFault('save_failed', fault))
      .finally(() => {
        settleFaults()
        end()
      })
  })
  process.on('unhandledRejection', (reason) => logFault('rejection_unhandled', reason))
}
