// Security events for the operator: all audit entries, and refusals that are too frequent or too early for the audit
// trail. Each gives a log line and a count; in a flood, lines are limited and the count stays complete.
import type { AuditEvent } from './audit/events.ts'
import { networkOf } from './audit/network.ts'
import type { Log } from './log/log.ts'
import { createLogRateLimit, type LogRateLimit } from './log/log-rate-limit.ts'
import { metrics } from './metrics.ts'
import { currentRequest } from './request-context.ts'

/** Event kinds that are not in the audit trail. */
export const refusalEvents = [
  /** The server or middleware refused a request before any page. */
  'request.refused',
  /** A connection above the limit. */
  'connection.refused',
  /** A form that no page of this site sends. */
  'form.refused',
  /** A session cookie that this site did not seal, or an unknown session. */
  'session.cookie_refused',
  /** A session that was found to be expired. */
  'session.ran_out',
  /** A mailed link or code that is void. */
  'link.refused',
  /** A rate limit was exceeded. */
  'limit.reached',
] as const

export interface SecurityEvent {
  event: AuditEvent | (typeof refusalEvents)[number]
  /** Default: `refused`. */
  outcome?: 'done' | 'refused'
  /** The reason, as a code of this site. */
  code?: string | null
  /** The ids of the actor and of the affected user. */
  who?: string | null
  about?: string | null
  /** The client's IP address, by default that of the request. Only its network is logged. */
  address?: string
  /** Number of occurrences; default 1. */
  count?: number
}

export interface SecurityEvents {
  note(event: SecurityEvent): void
  /** Reports the omitted lines so far. */
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
