// The logger: JSON lines on stdout with UTC times. Events carry ids and codes, never passwords, tokens, cookies or
// users' text. The message is always a constant; external data goes into fields (docs/logs.md).
import { type DestinationStream, pino } from 'pino'
import { currentRequest } from '../request-context.ts'
import { createLogRateLimit } from './log-rate-limit.ts'
import { redact } from './log-redaction.ts'

/**
 * Each line names its event (docs/logs.md). Without a third argument pino does not treat the message as a format
 * string.
 */
type Write = (fields: { event: string; [name: string]: unknown }, message: string) => void
export type Log = Record<'info' | 'warn' | 'error' | 'fatal', Write>

/** Writes synchronously, to stdout by default. */
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
      // `redact` already returns errors as plain objects.
      serializers: { err: (error: unknown) => error },
    },
    destination,
  )
}

let errorLog: Log | undefined
/** The log is the only copy of an entry that the audit trail lost. */
const unbounded = 'audit_lost'

const budget = createLogRateLimit((of, leftOut) => {
  errorLog?.error({ event: 'lines_left_out', of, leftOut }, 'Lines were left out')
})

/** Logs an unexpected error. Works even if the services could not be opened. */
export function logError(event: string, error: unknown, context: Record<string, unknown> = {}): void {
  errorLog ??= createLog('error')
  if (event !== unbounded && !budget.take(event)) return
  errorLog.error({ event, ...context, err: error }, 'Unexpected failure')
}

/** Reports the omitted lines of the last minute before the process ends. */
export function settleErrors(): void {
  budget.settle()
}
