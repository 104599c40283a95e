// Whether a trail is whole: every entry as it was written, in its place, with none missing between the first and the
// last. Needs nothing but the entries, in the order in which they are kept, and the head.
import { hashAddress, idOf, noHead } from '../../stores/audit-chain.ts'
import type { AuditHead, AuditRecord } from '../../stores/types.ts'
import { networkOf } from './network.ts'

export interface TrailFindings {
  count: number
  first: AuditRecord | null
  last: AuditRecord | null
  /** Sentences; empty for a trail that is whole. */
  faults: string[]
}

export interface TrailCheck {
  add(record: AuditRecord): void
  /** `head` is what the store says of the last entry; `known` is one that was noted down earlier, elsewhere. */
  finish(head: AuditHead | null, known?: AuditHead): TrailFindings
}

export function createTrailCheck(): TrailCheck {
  const faults: string[] = []
  /** The places at which the trail may begin, as its own entries announce. */
  const beginnings = [{ first: 1, previous: noHead.id }]
  let count = 0
  let first: AuditRecord | null = null
  let last: AuditRecord | null = null
  const ids = new Map<number, string>()

  function checkPlace(record: AuditRecord): void {
    if (last === null) return
    if (record.seq <= last.seq) faults.push(`Entry ${record.seq} stands behind entry ${last.seq}.`)
    else if (record.seq > last.seq + 1) faults.push(`${missing(last.seq + 1, record.seq - 1)} missing.`)
    else if (record.previous !== last.id) faults.push(`Entry ${record.seq} does not follow on entry ${last.seq}.`)
  }

  return {
    add(record) {
      count += 1
      first ??= record
      checkPlace(record)
      const fault = findFault(record)
      if (fault !== null) faults.push(`Entry ${record.seq} was changed: ${fault}.`)
      else if (record.event === 'audit.pruned') beginnings.push(JSON.parse(record.detail))
      ids.set(record.seq, record.id)
      last = record
    },

    finish(head, known) {
      const start = first
      if (start !== null && !beginnings.some((at) => at.first === start.seq && at.previous === start.previous)) {
        faults.unshift(`The trail begins at entry ${start.seq}, and no entry says that those before it were dropped.`)
      }
      const end = last ?? noHead
      if (head === null) {
        if (count > 0) faults.push('The note of the last entry is missing.')
      } else if (head.seq > end.seq) faults.push(`${missing(end.seq + 1, head.seq)} missing at the end.`)
      else if (ids.has(head.seq) && ids.get(head.seq) !== head.id) {
        faults.push(`Entry ${head.seq} is not the one that was noted as the last.`)
      }
      if (known !== undefined && ids.get(known.seq) !== known.id) {
        faults.push(`Entry ${known.seq} is not the one that you noted down.`)
      }
      return { count, first, last, faults }
    },
  }
}

function findFault(record: AuditRecord): string | null {
  if (idOf(record) !== record.id) return 'its content does not fit its hash'
  const { address, addressSalt, addressHash, network } = record
  if (address === '' && addressSalt === '') return null
  if (hashAddress(address, addressSalt) !== addressHash || networkOf(address) !== network) {
    return 'its address is another one'
  }
  return null
}

function missing(from: number, to: number): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`
}
