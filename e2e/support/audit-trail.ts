// Verifies the audit trail of a store from outside, like `cli audit verify`.
import { createTrailCheck } from '#lib/core/audit/verify.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import { openStoreReader } from '#lib/stores/open.ts'

/** Its problems as sentences, and its number of entries. */
export async function checkTrail(location: StoreLocation): Promise<{ count: number; faults: string[] }> {
  const reader = await openStoreReader(location)
  try {
    const check = createTrailCheck()
    for await (const { kind, record } of reader.dump()) if (kind === 'audit') check.add(record)
    return check.finish(await reader.findAuditHead())
  } finally {
    await reader.close()
  }
}
