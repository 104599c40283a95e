// One logger: JSON lines on stdout. Events carry ids and codes; never passwords, tokens, cookies or people's text.
import { pino } from 'pino'
import { currentRequest } from './request-context.ts'

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    mixin: () => {
      const request = currentRequest()
      return request === null ? {} : { requestId: request.id }
    },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // A second fence behind the rule above, for objects logged by mistake.
    redact: {
      paths: ['password', '*.password', 'passwordHash', '*.passwordHash', 'token', '*.token', 'cookie', '*.cookie'],
    },
  })
}

let faults: Log | undefined

/** One line about the unexpected, for places that must work even where the services could not be opened. */
export function logFault(event: string, error: unknown, context: Record<string, unknown> = {}): void {
  faults ??= createLog('error')
  faults.error({ event, ...context, err: error }, 'Unexpected failure')
}
