// All stored data about a user, for that user (GDPR, article 20).
import { wrongPasswordsOf } from '../../auth/lockout/failure-counts.ts'
import { anything } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import type { Stores } from '../../stores/types.ts'

/** More than any user's entries in the 400 days for which they are kept. */
const mostEntries = 10_000

/** Times are ISO 8601. Omits the password hash and session ids, which only an attacker could use. */
export async function exportUser(
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
      // Another user's location is not this user's data.
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
