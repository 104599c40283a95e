// Everything that is kept about a person, for that person (GDPR, article 20).
import { wrongPasswordsOf } from '../../auth/lockout/failure-counts.ts'
import { anything } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import type { Stores } from '../../stores/types.ts'

/** More than anybody does in the 400 days for which it is kept. */
const mostEntries = 10_000

/** Times as ISO 8601. Without the password's hash and the sessions' ids, which would be of use to a thief alone. */
export async function exportPerson(
  id: string,
  { users, lockouts, sessions, audit }: Pick<Stores, 'users' | 'lockouts' | 'sessions' | 'audit'>,
  clock: Clock,
) {
  const user = await users.find(id)
  if (user === null) return null
  const { passwordHash: _, createdAt, emailVerifiedAt, passwordChangedAt, deletedAt, ...rest } = user
  return {
    exportedAt: iso(clock()),
    person: {
      ...rest,
      wrongPasswords: wrongPasswordsOf(user, await lockouts.listByUser(id)),
      createdAt: iso(createdAt),
      emailVerifiedAt: iso(emailVerifiedAt),
      passwordChangedAt: iso(passwordChangedAt),
      deletedAt: iso(deletedAt),
    },
    sessions: (await sessions.listByUser(id)).map(({ createdAt, lastActivityAt, provedAt, userAgent, address }) => ({
      createdAt: iso(createdAt),
      lastActivityAt: iso(lastActivityAt),
      provedAt: iso(provedAt),
      userAgent,
      address,
    })),
    history: (await audit.list({ ...anything, personId: id, limit: mostEntries })).map((entry) => ({
      at: iso(entry.at),
      event: entry.event,
      outcome: entry.outcome,
      by: entry.actorId === id ? 'you' : (entry.actorId ?? 'nobody known'),
      // Where somebody else was is not about this person.
      network: entry.actorId === id ? entry.network : '',
      address: entry.actorId === id ? entry.address : '',
    })),
  }
}

function iso(at: number): string
function iso(at: number | null): string | null
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
