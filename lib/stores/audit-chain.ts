// The hash chain of the audit trail: how each entry is bound to the one before it, and how a broken chain is described.

import { hash } from 'node:crypto'

import type { AuditEntry, AuditHead, AuditRecord } from './types.ts'

/** The predecessor of the first entry. */
export const noHead: AuditHead = { seq: 0, id: '0'.repeat(64) }

/** Builds the entry that follows this one. */
export function chained({ seq, id: previous }: AuditHead, entry: AuditEntry): AuditRecord {
  const placed = { ...entry, seq: seq + 1, previous }
  return { ...placed, id: idOf(placed) }
}

/**
 * SHA-256 in hex of the JSON array of these values in this order. Leaves out the full IP address and its salt, because
 * those are deleted later.
 */
export function idOf(record: Omit<AuditRecord, 'id'>): string {
  const { seq, at, event, outcome, actorId, subjectId, detail, network, addressHash, previous } = record
  const bound = [seq, at, event, outcome, actorId, subjectId, detail, network, addressHash, previous]
  return hash('sha256', JSON.stringify(bound))
}

/** Commits to an IP address without revealing it: the salt prevents trying all addresses. */
export function hashAddress(address: string, salt: string): string {
  return hash('sha256', `${salt} ${address}`)
}
