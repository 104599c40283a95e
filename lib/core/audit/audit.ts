// Writes and reads the audit trail, and removes old entries and IP addresses. The store links entries (audit-chain.ts);
// verify.ts checks the links.

import { hashAddress } from '../../stores/audit-chain.ts'
import { storable } from '../../stores/texts.ts'
import type { AuditCount, AuditEntry, AuditQuery, AuditRecord, AuditStore } from '../../stores/types.ts'
import { type Clock, days } from '../clock.ts'
import { newToken } from '../crypto/random.ts'
import { logError } from '../log/log.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import type { SecurityEvents } from '../security-events.ts'
import type { AuditEvent } from './events.ts'
import { networkOf } from './network.ts'

/** Afterwards only the network of an IP address remains. */
const addressKeptMs = days(90)
const entryKeptMs = days(400)

/** Several times the longest id of this site. */
const longestId = 255

/** How many entries users see of their own history. */
const historyLength = 50

/** The actor of commands on the command line. */
export const operator = 'operator'

export interface Occurrence {
  event: AuditEvent
  /** Default: `done`. */
  outcome?: AuditEntry['outcome']
  /** A user's id, `operator`, or null if unknown. */
  actorId: string | null
  /** Null when no user is concerned. */
  subjectId?: string | null
  /** Must not contain a secret. */
  detail?: Record<string, string | number | null>
  /** The client's IP address, or empty. */
  address?: string
}

export interface Audit {
  /**
   * Never rejects, since the action has already happened. An entry that the store rejects is logged whole, as
   * `audit_lost`. Repeated actions of a user on their own account get twenty entries an hour; further ones are counted.
   */
  record(occurrence: Occurrence): Promise<void>
  /** Records how many entries were omitted. Called every hour and before the process ends. */
  recordOmitted(): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>
  /** The latest entries by or about a user, newest first. */
  history(personId: string): Promise<AuditRecord[]>
  /** A user's latest three log-ins of the last 90 days, newest first. Empty when the trail cannot be read. */
  logIns(personId: string): Promise<AuditRecord[]>
  /** When each of these users last did something that is recorded. Leaves out users without entries. */
  lastActions(userIds: readonly string[]): Promise<Map<string, number>>
  count(events: readonly AuditEvent[], since: number, partMs: number): Promise<AuditCount[]>
  /**
   * Shortens IP addresses after 90 days and drops entries after 400. An entry announces the drop first, so that the
   * trail can be verified from its new start.
   */
  tidy(): Promise<void>
}

/** `events` gets every occurrence, even if the store rejects the entry. */
export function createAudit(deps: {
  store: AuditStore
  clock: Clock
  events?: Pick<SecurityEvents, 'note'>
  /** Absent for operator commands, which have no limit. */
  rateLimits?: Pick<RateLimits, 'take'>
}): Audit {
  const { store, clock, events, rateLimits } = deps
  /** Omitted entries by event, outcome and user. The number of `own-entry` counters bounds its size. */
  const omitted = new Map<string, { occurrence: Occurrence; count: number; since: number }>()

  /**
   * Whether the user's budget is used up. Entries about another user are never omitted: they show who changed whose
   * account.
   */
  async function isOverBudget({ event, outcome = 'done', actorId, subjectId = null }: Occurrence): Promise<boolean> {
    if (rateLimits === undefined || actorId === null || actorId === operator) return false
    if (subjectId !== actorId) return false
    return (await rateLimits.take('own-entry', omittedKey({ event, outcome, actorId }))) > 0
  }

  function omit(occurrence: Occurrence): void {
    const { event, outcome = 'done', actorId, subjectId = null, address = '' } = occurrence
    const key = omittedKey({ event, outcome, actorId })
    const { count, since } = omitted.get(key) ?? { count: 0, since: clock() }
    omitted.set(key, { occurrence: { event, outcome, actorId, subjectId, address }, count: count + 1, since })
  }

  async function append(occurrence: Occurrence): Promise<void> {
    const entry = entryOf(occurrence)
    try {
      await store.append(entry)
    } catch (error) {
      logError('audit_lost', error, { entry: { ...entry, addressSalt: undefined } })
    }
  }

  function entryOf({ event, outcome = 'done', actorId, subjectId = null, detail = {}, address = '' }: Occurrence) {
    const addressSalt = address === '' ? '' : newToken()
    return {
      at: clock(),
      event,
      outcome,
      actorId,
      // The subject may be arbitrary text that a client posted as an id.
      subjectId: subjectId && storable(subjectId, longestId),
      detail: JSON.stringify(detail),
      network: networkOf(address),
      addressHash: address === '' ? '' : hashAddress(address, addressSalt),
      address,
      addressSalt,
    }
  }

  return {
    async record(occurrence) {
      const { event, outcome = 'done', actorId: who, subjectId: about = null, address = '' } = occurrence
      const code = occurrence.detail?.code
      events?.note({ event, outcome, code: code === undefined ? null : String(code), who, about, address })
      if (await isOverBudget(occurrence)) omit(occurrence)
      else await append(occurrence)
    },

    async recordOmitted() {
      const all = [...omitted.values()]
      omitted.clear()
      for (const { occurrence, count, since } of all)
        await append({ ...occurrence, detail: { omitted: count, since: new Date(since).toISOString() } })
    },

    list: (query) => store.list(query),

    history: (personId) => store.list({ ...anything, personId, limit: historyLength }),

    async logIns(personId) {
      const wanted = { personId, event: 'session.started', outcome: 'done', since: clock() - addressKeptMs } as const
      try {
        return await store.list({ ...anything, ...wanted, limit: 3 })
      } catch (error) {
        logError('log_ins_unread', error)
        return []
      }
    },

    async lastActions(userIds) {
      const entries = await store.findLatestBy(userIds)
      return new Map(entries.flatMap(({ actorId, at }) => (actorId === null ? [] : [[actorId, at]])))
    },

    count: (events, since, partMs) => store.count(events, since, partMs),

    async tidy() {
      await this.recordOmitted()
      const now = clock()
      await store.forgetAddresses(now - addressKeptMs)
      const first = await store.findFirst(now - entryKeptMs)
      const [oldest] = await store.list({ ...anything, until: now - entryKeptMs, limit: 1 })
      if (first === null || oldest === undefined || first.seq < oldest.seq) return
      const detail = { first: first.seq, previous: first.previous }
      await store.append(entryOf({ event: 'audit.pruned', actorId: null, detail }))
      await store.dropBefore(first.seq)
    },
  }
}

/** A query without any filter. */
export const anything: Omit<AuditQuery, 'limit'> = {
  event: null,
  outcome: null,
  personId: null,
  since: null,
  until: null,
  before: null,
}

const omittedKey = ({ event, outcome, actorId }: Pick<Occurrence, 'event' | 'outcome' | 'actorId'>) =>
  `${event} ${outcome} ${actorId}`
