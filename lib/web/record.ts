// Adding to the audit trail from a request: where it came from is read here, who and what the caller says.
import 'server-only'
import { headers } from 'next/headers'
import type { Occurrence } from '#lib/audit/audit.ts'
import { networkKey } from '#lib/limits/network-key.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from './client-address.ts'

export async function record(occurrence: Omit<Occurrence, 'address'>): Promise<void> {
  const { audit, settings } = await services()
  await audit.record({ ...occurrence, address: readClientAddress(await headers(), settings) })
}

/** The same for what somebody does with their own account. */
export async function recordOwn(
  event: Occurrence['event'],
  userId: string,
  { outcome, detail }: Pick<Occurrence, 'outcome' | 'detail'> = {},
): Promise<void> {
  await record({ event, actorId: userId, subjectId: userId, ...(outcome && { outcome }), ...(detail && { detail }) })
}

/**
 * Whoever goes on trying after being told to wait, or to choose another password, fills no trail: some entries an address
 * are enough.
 */
export async function mayRecordTry(code: string): Promise<boolean> {
  if (code !== 'too_soon' && code !== 'password_locked') return true
  const { limits, settings } = await services()
  return (await limits.take('denied-entry', networkKey(readClientAddress(await headers(), settings)))) === 0
}
