// Everything of one store into another: read, written in one step, and read back from where it was written.

import { createAgreement } from './agreement.ts'
import type { StoreLocation } from './location.ts'
import { openStoreReader } from './open.ts'
import { createTally, type Summary, summarize } from './summary.ts'
import { type StoredRecord, StoreError, type Stores } from './types.ts'

/**
 * Replaces what the target holds, and returns what was written. Rejects with the target as it was: when the source
 * fails, when its records do not agree with each other, and when `onRecord`, which is called for each, throws.
 */
export async function copyInto(
  target: Stores,
  records: AsyncIterable<StoredRecord>,
  onRecord: () => void,
): Promise<Summary> {
  const tally = createTally()
  const agreement = createAgreement()
  async function* checked(): AsyncGenerator<StoredRecord> {
    for await (const record of records) {
      onRecord()
      agreement.add(record)
      const [fault] = agreement.faults
      // Databases would refuse it too, in words of their own.
      if (fault !== undefined) throw new StoreError('store_damaged', `What was read cannot be copied. ${fault}`)
      tally.add(record)
      yield record
    }
  }
  await target.replaceAll(checked())
  return tally.summary()
}

/** What is there at this moment, read by a connection of its own. */
export async function summaryOf(location: StoreLocation): Promise<Summary> {
  const reader = await openStoreReader(location)
  try {
    return await summarize(reader.dump())
  } finally {
    await reader.close()
  }
}
