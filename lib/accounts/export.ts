// Everything that is kept about a person, for that person (GDPR, article 20).
import type { Clock } from '../clock.ts'
import type { Stores } from '../stores/types.ts'

/** Times as ISO 8601. Without the password's hash and the sessions' ids, which would be of use to a thief alone. */
export async function exportPerson(id: string, { users, sessions }: Pick<Stores, 'users' | 'sessions'>, clock: Clock) {
  const user = await users.find(id)
  if (user === null) return null
  const { passwordHash: _, createdAt, emailVerifiedAt, passwordChangedAt, deletedAt, ...rest } = user
  return {
    exportedAt: iso(clock()),
    person: {
      ...rest,
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
  }
}

function iso(at: number): string
function iso(at: number | null): string | null
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
