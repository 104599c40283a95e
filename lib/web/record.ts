// Adding to the audit trail from a request: where it came from is read here, who and what the caller says.
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

/** The same for what somebody does with their own account. */
export async function recordOwn(event: Occurrence['event'], userId: string): Promise<void> {
  await record({ event, actorId: userId, subjectId: userId })
}

/** Whether it was the password, or how often one was tried. */
export function isRefusedTry(code: string): boolean {
  return ['password_wrong', 'too_soon', 'too_soon_here', 'password_locked'].includes(code)
}

/**
 * A password that was tried and refused, for `code`. Whoever goes on after being told to wait, or to choose another one, fills
 * no trail: beyond some entries an address it is counted and logged alone.
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
