// What no single record shows: whether the records of a store agree with each other.

import { verifiedKey } from './records.ts'
import { kindNames } from './texts.ts'
import type { StoredRecord } from './types.ts'

/** Sentences about records that disagree. They name ids, never people's text. */
export interface Agreement {
  /** Records in the order of a dump: users first. */
  add(record: StoredRecord): void
  readonly faults: readonly string[]
}

export function createAgreement(): Agreement {
  const faults: string[] = []
  const idsOf = {
    user: new Set<string>(),
    session: new Set<string>(),
    ended: new Set<string>(),
    token: new Set<string>(),
    reserved: new Set<string>(),
    mail: new Set<string>(),
  }
  /** The trail is the longest part and comes in its order, so that one place tells a second entry of the same. */
  let lastSeq = 0
  const idByUsername = new Map<string, string>()
  const idByEmail = new Map<string, string>()
  const idByAddressee = new Map<string, string>()

  return {
    faults,
    add({ kind, record }) {
      if (kind === 'audit') {
        if (record.seq <= lastSeq)
          faults.push(`The entry ${record.seq} of the audit trail comes after entry ${lastSeq}.`)
        lastSeq = record.seq
        return
      }
      const { id } = record
      if (idsOf[kind].has(id)) faults.push(`There are two records of the ${kindNames[kind]} ${id}.`)
      idsOf[kind].add(id)
      switch (kind) {
        case 'user': {
          const other = idByUsername.get(record.username)
          if (other !== undefined && other !== id) faults.push(`The users ${other} and ${id} have the same username.`)
          idByUsername.set(record.username, id)
          const email = verifiedKey(record)
          const owner = email === null ? undefined : idByEmail.get(email)
          if (owner !== undefined && owner !== id)
            faults.push(`The users ${owner} and ${id} have verified the same address.`)
          if (email !== null) idByEmail.set(email, id)
          break
        }
        case 'session':
          if (!idsOf.user.has(record.userId)) faults.push(`The session ${id} is of a user who does not exist.`)
          if (idsOf.ended.has(id)) faults.push(liveAndEnded(id))
          break
        case 'ended':
          if (idsOf.session.has(id)) faults.push(liveAndEnded(id))
          break
        case 'token': {
          const addressee = JSON.stringify([record.purpose, record.subject])
          const other = idByAddressee.get(addressee)
          if (other !== undefined && other !== id)
            faults.push(`The tokens ${other} and ${id} are for the same purpose and subject.`)
          idByAddressee.set(addressee, id)
        }
      }
    },
  }
}

function liveAndEnded(id: string): string {
  return `The session ${id} is kept as live and as ended.`
}
