// Parses the query of the audit trail, for its page and its download.

import { canonicalUsername } from '#lib/auth/username.ts'
import { type AuditEvent, auditEvents } from '#lib/core/audit/events.ts'
import { days } from '#lib/core/clock.ts'
import { services } from '#lib/services.ts'
import type { AuditQuery } from '#lib/stores/types.ts'
import { oneOf, type Query, textOf } from '#lib/web/query.ts'

export const outcomes = ['done', 'refused'] as const

export interface TrailQuery extends Omit<AuditQuery, 'limit'> {
  event: AuditEvent | null
}

/** Null for an unknown user: nothing can match. */
export async function readTrailQuery(query: Query): Promise<TrailQuery | null> {
  const person = textOf(query, 'person')
  const personId = person === '' ? null : await findId(person)
  if (person !== '' && personId === null) return null
  const to = readDay(textOf(query, 'to'))
  return {
    event: oneOf(query, 'event', auditEvents),
    outcome: oneOf(query, 'outcome', outcomes),
    personId,
    since: readDay(textOf(query, 'from')),
    // Up to the end of that day.
    until: to === null ? null : to + days(1),
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

/** The start of the day in UTC. */
function readDay(text: string): number | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : null
}
