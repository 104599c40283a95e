// Writes audit entries from a request, with its IP address.
import 'server-only'
import { headers } from 'next/headers'
import type { Occurrence } from '#lib/core/audit/audit.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from './client-address.ts'

export async function record(occurrence: Omit<Occurrence, 'address'>): Promise<void> {
  const { audit, settings } = await services()
  await audit.record({ ...occurrence, address: readClientAddress(await headers(), settings) })
}

/** For a user's action on their own account. */
export async function recordOwn(event: Occurrence['event'], userId: string): Promise<void> {
  await record({ event, actorId: userId, subjectId: userId })
}

/** Whether the refusal is about the password or the number of attempts. */
export function isRefusedTry(code: string): boolean {
  return ['password_wrong', 'too_soon', 'too_soon_here', 'password_locked'].includes(code)
}

/**
 * Records a refused password. Attempts after a waiting time or lockout was announced could fill the audit trail: after
 * some entries per IP address they are only counted and logged.
 */
export async function recordTry(
  event: Occurrence['event'],
  { actorId, subjectId, code }: { actorId: string | null; subjectId: string | null; code: string },
): Promise<void> {
  const { rateLimits, settings, securityEvents } = await services()
  if (code !== 'credentials_wrong' && code !== 'password_wrong') {
    const address = countedAddress(readClientAddress(await headers(), settings))
    if ((await rateLimits.take('denied-entry', address)) > 0) {
      securityEvents.note({ event, code, who: actorId, about: subjectId })
      return
    }
  }
  await record({ event, outcome: 'refused', actorId, subjectId, detail: { code } })
}
