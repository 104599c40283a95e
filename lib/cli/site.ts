// The site's own services for one command: the same rules, stores and audit trail as the server has, and its own log kept
// silent. While a server has a JSON folder, opening says so and nothing is done.

import { canonicalUsername } from '../accounts/username.ts'
import { operator } from '../audit/audit.ts'
import type { AuditEvent } from '../audit/events.ts'
import { readSettings } from '../config.ts'
import type { Person } from '../people/people.ts'
import type { Result } from '../result.ts'
import { compose, openRuntime, type Services } from '../services.ts'
import { refusal } from './terminal.ts'

/** Opens, works and closes, whatever comes of the work. */
export async function withSite<Answer>(work: (app: Services) => Promise<Answer>): Promise<Answer> {
  const runtime = await openRuntime({ ...readSettings(), logLevel: 'silent' })
  try {
    const answer = await work(compose(runtime))
    // What was posted is sent now if it can be, and by the next server otherwise.
    runtime.mail.open()
    return answer
  } finally {
    await runtime.mail.close()
    await runtime.stores.close()
    await runtime.limits.close()
    await runtime.strength.close()
  }
}

/** Rejects with a sentence when nobody is called that. */
export async function findPerson({ people }: Services, username: string): Promise<Person> {
  const canonical = canonicalUsername(username)
  const person = canonical === null ? null : await people.findByUsername(canonical)
  if (person === null) throw refusal(`Nobody is called ${JSON.stringify(username)}.`)
  return person
}

export function recordByOperator(
  { audit }: Services,
  event: AuditEvent,
  subjectId: string | null,
  detail: Record<string, string | number | null> = {},
): Promise<void> {
  return audit.record({ event, actorId: operator, subjectId, detail })
}

/** Of an act that may be refused: either way it is recorded, as over the web. */
export function recordOutcomeByOperator(
  { audit }: Services,
  event: AuditEvent,
  subjectId: string,
  outcome: Result<unknown, string>,
  detail: Record<string, string | number | null> = {},
): Promise<void> {
  const refusal = outcome.ok ? {} : { code: outcome.code }
  const how = outcome.ok ? 'done' : 'refused'
  return audit.record({ event, actorId: operator, subjectId, outcome: how, detail: { ...detail, ...refusal } })
}
