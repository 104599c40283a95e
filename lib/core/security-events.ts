// What an operator counts: everything that the audit trail records, and the refusals that are too many or too early for
// it. Each is one log line and one count; a flood has its lines bounded and its count whole.
import type { AuditEvent } from './audit/events.ts'
import { networkOf } from './audit/network.ts'
import type { Log } from './log/log.ts'
import { createLogRateLimit, type LogRateLimit } from './log/log-rate-limit.ts'
import { metrics } from './metrics.ts'
import { currentRequest } from './request-context.ts'

/** The kinds that the audit trail does not have. */
export const refusalEvents = [
  /** By our server or by middleware, before any page saw it. */
  'request.refused',
  /** One connection too many. */
  'connection.refused',
  /** A form that no page of this site would send. */
  'form.refused',
  /** A session cookie that this site did not seal, or whose session it does not know. */
  'session.cookie_refused',
  /** A session whose time was found to be over. */
  'session.ran_out',
  /** A mailed link or code that is void. */
  'link.refused',
  /** Something was done more often than a rule allows. */
  'limit.reached',
] as const

export interface SecurityEvent {
  event: AuditEvent | (typeof refusalEvents)[number]
  /** `refused` unless said otherwise. */
  outcome?: 'done' | 'refused'
  /** Why, as one of the site's own codes. */
  code?: string | null
  /** Ids of whoever did it and of whom it was done to. */
  who?: string | null
  about?: string | null
  /** Where it came from; the request's own unless told. Its network alone is logged. */
  address?: string
  /** How many at once; one unless said otherwise. */
  count?: number
}

export interface SecurityEvents {
  note(event: SecurityEvent): void
  /** What was left out so far is told now. */
  settle(): void
}

export function createSecurityEvents(
  log: Pick<Log, 'info' | 'warn'>,
  makeBudget: (tell: (kind: string, leftOut: number) => void) => LogRateLimit = createLogRateLimit,
): SecurityEvents {
  const budget = makeBudget((of, leftOut) => {
    log.warn({ event: 'lines_left_out', of, leftOut }, 'Lines were left out')
  })

  return {
    note({ event, outcome = 'refused', code = null, who = null, about = null, address, count = 1 }) {
      metrics()?.securityEvent(event, outcome)
      if (!budget.take(code === null ? event : `${event} ${code}`)) return
      const request = currentRequest()
      const network = networkOf(address ?? request?.address ?? '')
      const fields = { kind: 'security', event, outcome, code, who, about, network, route: request?.path ?? null }
      const line = count === 1 ? fields : { ...fields, count }
      if (outcome === 'done') log.info(line, 'Security event')
      else log.warn(line, 'Security event')
    },
    settle: () => budget.settle(),
  }
}
