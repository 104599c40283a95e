// Parses the query of the audit trail, for its page and its download.

import { canonicalUsername } from '#lib/auth/username.ts'
import { type AuditEvent, auditEvents } from '#lib/core/audit/events.ts'
import { days } from '#lib/core/clock.ts'
import { startOfDay } from '#lib/core/time-zones.ts'
import { services } from '#lib/services.ts'
import type { AuditQuery } from '#lib/stores/types.ts'
import { oneOf, type Query, textOf } from '#lib/web/query.ts'

export const outcomes = ['done', 'refused'] as const

export interface TrailQuery extends Omit<AuditQuery, 'limit'> {
  event: AuditEvent | null
}

/** Null for an unknown user: nothing can match. Days are those of the time zone; without one, of UTC. */
export async function readTrailQuery(query: Query, timeZone: string | null): Promise<TrailQuery | null> {
  const person = textOf(query, 'person')
  const personId = person === '' ? null : await findId(person)
  if (person !== '' && personId === null) return null
  const [from, to] = [readDay(textOf(query, 'from')), readDay(textOf(query, 'to'))]
  const startOf = (day: number | null) => (day === null ? null : startOfDay(day, timeZone ?? 'UTC'))
  return {
    event: oneOf(query, 'event', auditEvents),
    outcome: oneOf(query, 'outcome', outcomes),
    personId,
    since: startOf(from),
    // Up to the end of that day.
    until: startOf(to === null ? null : to + days(1)),
    before: /^\d{1,15}$/.test(textOf(query, 'before')) ? Number(textOf(query, 'before')) : null,
  }
}

/** Accepts a username, or the id of a user who may be erased. */
async function findId(person: string): Promise<string | null> {
  const { userAdmin } = await services()
  const username = canonicalUsername(person)
  const found = username === null ? null : await userAdmin.findByUsername(username)
  return found?.id ?? (/^([0-9a-f]{32}|operator)$/.test(person) ? person : null)
}

/** The day, as its start in UTC. */
function readDay(text: string): number | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : null
}
