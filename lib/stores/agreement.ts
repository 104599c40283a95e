// What no single record shows: whether the records of a store agree with each other.

import { declarationOf, type KindName, keyOf, kindNames, kinds } from './kinds.ts'
import type { StoredRecord } from './types.ts'

/** Sentences about records that disagree. They name ids, never people's text. */
export interface Agreement {
  /** Records in the order of a dump: users first. */
  add(record: StoredRecord): void
  readonly faults: readonly string[]
}

export function createAgreement(): Agreement {
  const faults: string[] = []
  const idsOf = Object.fromEntries(kindNames.map((name) => [name, new Set<string>()])) as Record<KindName, Set<string>>
  const repeats = createRepeats()
  /** The trail is the longest part and comes in its order, so that one place shows a second entry of the same. */
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
      if (kind === 'session' && !idsOf.user.has(record.userId))
        faults.push(`The session ${id} is of a user who does not exist.`)
      if ((kind === 'session' && idsOf.ended.has(id)) || (kind === 'ended' && idsOf.session.has(id)))
        faults.push(`The session ${id} is kept as live and as ended.`)
    },
  }
}

/** Alerts records that have a unique key of another: a sentence about each. */
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
