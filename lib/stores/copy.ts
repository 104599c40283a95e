// Copies a whole store into another: reads it, writes it in one step and reads it back through a second connection.

import { createAgreement } from './agreement.ts'
import type { StoreLocation } from './location.ts'
import { openStoreReader } from './open.ts'
import { createTally, type Summary, summarize } from './summary.ts'
import { repairTexts, tellTextFault } from './texts.ts'
import { type StoredRecord, StoreError, type Stores } from './types.ts'

/**
 * Replaces the content of the target and returns what was written. Rejects and leaves the target unchanged when the
 * source fails, when its records do not agree, or when `onRecord`, called for each, throws.
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
      // A database would reject it too, with a less helpful message.
      if (fault !== undefined) throw new StoreError('store_damaged', `What was read cannot be copied. ${fault}`)
      tally.add(record)
      yield record
    }
  }
  await target.replaceAll(checked())
  return tally.summary()
}

/**
 * Repairs records that an older version accepted and reports each repair to `tell`. The target store rejects a record
 * that cannot be repaired.
 */
export async function* repaired(
  records: AsyncIterable<StoredRecord>,
  tell: (sentence: string) => void,
): AsyncGenerator<StoredRecord> {
  for await (const record of records) {
    const { stored, repaired } = repairTexts(record)
    for (const found of repaired) tell(tellTextFault(stored.kind, stored.record.id, found))
    yield stored
  }
}

/** Reads the store now through a separate connection, repaired like a copy. */
export async function summaryOf(location: StoreLocation): Promise<Summary> {
  const reader = await openStoreReader(location)
  try {
    return await summarize(repaired(reader.dump(), () => {}))
  } finally {
    await reader.close()
  }
}
