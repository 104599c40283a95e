// Whether the audit trail of a store is whole, read from outside as `cli audit verify` reads it.
import { createTrailCheck } from '#lib/core/audit/verify.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import { openStoreReader } from '#lib/stores/open.ts'

/** What is wrong with it, in sentences, and how many entries it has. */
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
