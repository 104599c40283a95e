// Summarises a store: the number of records of each kind, and a checksum over all. Equal checksums mean equal content,
// in any order.

import { createHash, hash } from 'node:crypto'

import { kindNames, storedRecordSchema } from './kinds.ts'
import type { StoredRecord } from './types.ts'

export type Counts = Record<StoredRecord['kind'], number>

export interface Summary {
  counts: Counts
  /** SHA-256 in hex over the sorted SHA-256 (in hex, each on a line) of the canonical JSON of every record. */
  checksum: string
}

export interface Tally {
  add(record: StoredRecord): void
  summary(): Summary
}

/** Needs 64 characters of memory per record. */
export function createTally(): Tally {
  const counts = Object.fromEntries(kindNames.map((name) => [name, 0])) as Counts
  const checksums: string[] = []
  return {
    add(record) {
      counts[record.kind]++
      checksums.push(hash('sha256', canonicalJson(record)))
    },
    summary() {
      const digest = createHash('sha256')
      for (const checksum of checksums.toSorted()) digest.update(`${checksum}\n`)
      return { counts: { ...counts }, checksum: digest.digest('hex') }
    },
  }
}

/** The same text for the same record: fields in schema order. Throws for an invalid record. */
export function canonicalJson(record: StoredRecord): string {
  return JSON.stringify(storedRecordSchema.parse(record))
}

export async function summarize(records: AsyncIterable<StoredRecord>): Promise<Summary> {
  const tally = createTally()
  for await (const record of records) tally.add(record)
  return tally.summary()
}
