// Everything of one store into another: read, written in one step, and read back from where it was written.

import { createAgreement } from './agreement.ts'
import type { StoreLocation } from './location.ts'
import { openStoreReader } from './open.ts'
import { createTally, type Summary, summarize } from './summary.ts'
import { repairTexts, tellTextFault } from './texts.ts'
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

/**
 * The records as a store takes them. What an older version let in is repaired, and `tell` hears a sentence about each; a
 * record that cannot be repaired is refused by the store that it is for.
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

/** What is there at this moment, read by a connection of its own; repaired, as a copy of it is. */
export async function summaryOf(location: StoreLocation): Promise<Summary> {
  const reader = await openStoreReader(location)
  try {
    return await summarize(repaired(reader.dump(), () => {}))
  } finally {
    await reader.close()
  }
}
