// Verifies an audit trail: every entry unchanged and in its place, none missing. Needs only the entries in stored
// order, and the head.
import { hashAddress, idOf, noHead } from '../../stores/audit-chain.ts'
import type { AuditHead, AuditRecord } from '../../stores/types.ts'
import { networkOf } from './network.ts'

export interface TrailFindings {
  count: number
  first: AuditRecord | null
  last: AuditRecord | null
  /** Sentences; empty for an intact trail. */
  faults: string[]
}

export interface TrailCheck {
  add(record: AuditRecord): void
  /** `head` is the store's record of the last entry; `known` is one that the operator noted earlier. */
  finish(head: AuditHead | null, known?: AuditHead): TrailFindings
}

export function createTrailCheck(): TrailCheck {
  const faults: string[] = []
  /** Where the trail may begin, as its own entries announce. */
  const beginnings = [{ first: 1, previous: noHead.id }]
  let count = 0
  let first: AuditRecord | null = null
  let last: AuditRecord | null = null
  const ids = new Map<number, string>()

  function checkPlace(record: AuditRecord): void {
    if (last === null) return
    if (record.seq <= last.seq) faults.push(`Entry ${record.seq} comes after entry ${last.seq}.`)
    else if (record.seq > last.seq + 1) faults.push(`${missing(last.seq + 1, record.seq - 1)} missing.`)
    else if (record.previous !== last.id) faults.push(`Entry ${record.seq} does not continue entry ${last.seq}.`)
  }

  return {
    add(record) {
      count += 1
      first ??= record
      checkPlace(record)
      const error = findError(record)
      if (error !== null) faults.push(`Entry ${record.seq} was changed: ${error}.`)
      else if (record.event === 'audit.pruned') beginnings.push(JSON.parse(record.detail))
      ids.set(record.seq, record.id)
      last = record
    },

    finish(head, known) {
      const start = first
      if (start !== null && !beginnings.some((at) => at.first === start.seq && at.previous === start.previous)) {
        faults.unshift(`The trail begins at entry ${start.seq}, and no entry announces that earlier ones were dropped.`)
      }
      const end = last ?? noHead
      if (head === null) {
        if (count > 0) faults.push('The record of the last entry is missing.')
      } else if (head.seq > end.seq) faults.push(`${missing(end.seq + 1, head.seq)} missing at the end.`)
      else if (ids.has(head.seq) && ids.get(head.seq) !== head.id) {
        faults.push(`Entry ${head.seq} differs from the record of the last entry.`)
      }
      if (known !== undefined && ids.get(known.seq) !== known.id) {
        faults.push(`Entry ${known.seq} differs from the head that you noted.`)
      }
      return { count, first, last, faults }
    },
  }
}

function findError(record: AuditRecord): string | null {
  if (idOf(record) !== record.id) return 'its content does not match its hash'
  const { address, addressSalt, addressHash, network } = record
  if (address === '' && addressSalt === '') return null
  if (hashAddress(address, addressSalt) !== addressHash || networkOf(address) !== network) {
    return 'its IP address does not match'
  }
  return null
}

function missing(from: number, to: number): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`
}
