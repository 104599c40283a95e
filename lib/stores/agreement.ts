// Checks across records: whether the records of a store agree with each other.

import { declarationOf, type KindName, keyOf, kindNames, kinds } from './kinds.ts'
import type { StoredRecord } from './types.ts'

/** Sentences about inconsistent records. They name ids and never contain users' text. */
export interface Agreement {
  /** Call it in the order of a dump: users first. */
  add(record: StoredRecord): void
  readonly faults: readonly string[]
}

export function createAgreement(): Agreement {
  const faults: string[] = []
  const idsOf = Object.fromEntries(kindNames.map((name) => [name, new Set<string>()])) as Record<KindName, Set<string>>
  const repeats = createRepeats()
  /** By the id of the passkey: its user. */
  const ownerOf = new Map<string, string>()
  /** The trail is the longest part and arrives in order, so remembering one place is enough to find duplicates. */
  let lastSeq = 0

  return {
    faults,
    add(stored) {
      const { kind, record } = stored
      if (kind === 'audit') {
        if (record.seq <= lastSeq)
          faults.push(`The entry ${record.seq} of the audit trail comes after entry ${lastSeq}.`)
        lastSeq = record.seq
        return
      }
      const { id } = record
      if (idsOf[kind].has(id)) faults.push(`There are two records of the ${kinds[kind].label} ${id}.`)
      idsOf[kind].add(id)
      faults.push(...repeats.add(stored))
      for (const passkey of kind === 'user' ? record.passkeys : []) {
        const owner = ownerOf.get(passkey.id)
        if (owner !== undefined) faults.push(`The users ${owner} and ${id} have the same passkey.`)
        ownerOf.set(passkey.id, id)
      }
      if (kind === 'session' && !idsOf.user.has(record.userId))
        faults.push(`The session ${id} is of a user who does not exist.`)
      if ((kind === 'session' && idsOf.ended.has(id)) || (kind === 'ended' && idsOf.session.has(id)))
        faults.push(`The session ${id} is kept as live and as ended.`)
    },
  }
}

/** Describes each record that shares a unique key with another. */
export function createRepeats(): { add(stored: Pick<StoredRecord, 'kind' | 'record'>): string[] } {
  const seen = new Map<string, string>()
  return {
    add({ kind, record }) {
      const { plural, unique = [] } = declarationOf(kind)
      return unique.flatMap((one) => {
        const key = keyOf(one, record)
        if (key === null) return []
        const place = JSON.stringify([kind, one.fault, key])
        const other = seen.get(place)
        seen.set(place, record.id)
        if (other === undefined || other === record.id) return []
        return `The ${plural} ${other} and ${record.id} ${one.fault}.`
      })
    },
  }
}
