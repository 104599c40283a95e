// Invariants of the store after any POST: it opens and is consistent, its audit trail is complete, and no user gained
// rights or lost anything to another.
import { createTrailCheck } from '#lib/core/audit/verify.ts'
import { createAgreement } from '#lib/stores/agreement.ts'
import { findOpenFiles } from '#lib/stores/file-modes.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import { openStoreReader } from '#lib/stores/open.ts'
import type { AuditHead, SessionRecord, UserRecord } from '#lib/stores/types.ts'

export interface StoreView {
  users: Map<string, UserRecord>
  sessions: SessionRecord[]
  /** Sentences; empty when all is well. */
  faults: string[]
}

/** Work after an answer to a log-in may still run. It is done after this many reads. */
const mostReadings = 50

/** Reads until nothing is written in between, because some work continues after the answer. */
export async function viewStore(location: StoreLocation): Promise<StoreView> {
  const reader = await openStoreReader(location)
  try {
    for (let reading = 1; reading <= mostReadings; reading += 1) {
      const before = await reader.findAuditHead()
      const view: StoreView = { users: new Map(), sessions: [], faults: [] }
      const agreement = createAgreement()
      const trail = createTrailCheck()
      for await (const stored of reader.dump()) {
        agreement.add(stored)
        if (stored.kind === 'user') view.users.set(stored.record.id, stored.record)
        if (stored.kind === 'session') view.sessions.push(stored.record)
        if (stored.kind === 'audit') trail.add(stored.record)
      }
      const after = await reader.findAuditHead()
      if (!isSame(before, after)) continue
      view.faults.push(...agreement.faults, ...trail.finish(after).faults, ...(await findOpenFiles(location)))
      return view
    }
    throw new Error('The store does not come to rest.')
  } finally {
    await reader.close()
  }
}

function isSame(one: AuditHead | null, other: AuditHead | null): boolean {
  return one?.id === other?.id
}
