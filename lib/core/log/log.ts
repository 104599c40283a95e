// One logger: JSON lines on stdout, their times in UTC. Events carry ids and codes; never passwords, tokens, cookies or
// people's text. A message is always a constant: what comes from outside is a field (docs/logs.md).
import { type DestinationStream, pino } from 'pino'
import { currentRequest } from '../request-context.ts'
import { createLogRateLimit } from './log-rate-limit.ts'
import { redact } from './log-redaction.ts'

/** Each line names its event (docs/logs.md). Without a third argument pino takes no message for a format. */
type Write = (fields: { event: string; [name: string]: unknown }, message: string) => void
export type Log = Record<'info' | 'warn' | 'error' | 'fatal', Write>

/** Writes to stdout, synchronously, unless given another place. */
export function createLog(level: string, destination: DestinationStream = pino.destination({ sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      mixin: () => {
        const request = currentRequest()
        return request === null ? {} : { requestId: request.id }
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
      // Errors come out of the fence above as plain objects.
      serializers: { err: (fault: unknown) => fault },
    },
    destination,
  )
}

let faults: Log | undefined
/** An entry that the trail lost is kept nowhere else. */
const unbounded = 'audit_lost'

const budget = createLogRateLimit((of, leftOut) => {
  faults?.error({ event: 'lines_left_out', of, leftOut }, 'Lines were left out')
})

/** One line about the unexpected, for places that must work even where the services could not be opened. */
export function logError(event: string, error: unknown, context: Record<string, unknown> = {}): void {
  faults ??= createLog('error')
  if (event !== unbounded && !budget.take(event)) return
  faults.error({ event, ...context, err: error }, 'Unexpected failure')
}

/** What was left out of the last minute is told before the process ends. */
export function settleErrors(): void {
  budget.settle()
}
