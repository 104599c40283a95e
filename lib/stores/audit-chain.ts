// How an entry of the audit trail is bound to the one before it, and what of a broken chain can be told.

import { hash } from 'node:crypto'

import type { AuditEntry, AuditHead, AuditRecord } from './types.ts'

/** What comes before the first entry. */
export const noHead: AuditHead = { seq: 0, id: '0'.repeat(64) }

/** The entry in its place after this one. */
export function chained({ seq, id: previous }: AuditHead, entry: AuditEntry): AuditRecord {
  const placed = { ...entry, seq: seq + 1, previous }
  return { ...placed, id: idOf(placed) }
}

/**
 * Over everything but the whole address and its salt, which are forgotten one day: SHA-256 in hex of the JSON array of
 * these values in this order.
 */
export function idOf(record: Omit<AuditRecord, 'id'>): string {
  const { seq, at, event, outcome, actorId, subjectId, detail, network, addressHash, previous } = record
  const bound = [seq, at, event, outcome, actorId, subjectId, detail, network, addressHash, previous]
  return hash('sha256', JSON.stringify(bound))
}

/** Binds an address without telling it: nobody can try all addresses without the salt. */
export function hashAddress(address: string, salt: string): string {
  return hash('sha256', `${salt} ${address}`)
}
