// The record of who did what: adding to it, reading it, and forgetting what is old. What binds the entries to each other
// is the store's (audit-chain.ts); whether they still are is verify.ts's.

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

/** After this an address keeps its network only. */
const addressKeptMs = days(90)
const entryKeptMs = days(400)

/** Several times the longest id that this site makes. */
const longestId = 255

/** What a person sees of their own history. */
const historyLength = 50

/** In the place of a person: whoever works at the command line. */
export const operator = 'operator'

export interface Occurrence {
  event: AuditEvent
  /** `done` unless said otherwise. */
  outcome?: AuditEntry['outcome']
  /** A person's id, `operator`, or null for nobody who is known. */
  actorId: string | null
  /** Null when it concerns nobody in particular. */
  subjectId?: string | null
  /** What else is to be known; never a secret. */
  detail?: Record<string, string | number | null>
  /** Where it came from, or empty. */
  address?: string
}

export interface Audit {
  /**
   * Never rejects: what happened is done. An entry that the store could not take is logged whole, as `audit_lost`. What one
   * user does with their own account again and again is recorded twenty times an hour, and beyond that counted.
   */
  record(occurrence: Occurrence): Promise<void>
  /** Records how often what was only counted happened. Called each hour and before the process ends. */
  recordOmitted(): Promise<void>
  /** The newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>
  /** What was done by or to a person lately, the newest first. */
  history(personId: string): Promise<AuditRecord[]>
  count(events: readonly AuditEvent[], since: number, partMs: number): Promise<AuditCount[]>
  /**
   * Shortens addresses after 90 days, and drops entries after 400. What is dropped is announced by an entry of its own
   * first, so that the trail can still be verified from its new beginning on.
   */
  tidy(): Promise<void>
}

/** `events` hears of each occurrence, also of one that the store cannot take. */
export function createAudit(deps: {
  store: AuditStore
  clock: Clock
  events?: Pick<SecurityEvents, 'note'>
  /** Absent for commands of the operator, whom nothing limits. */
  rateLimits?: Pick<RateLimits, 'take'>
}): Audit {
  const { store, clock, events, rateLimits } = deps
  /** Counted and not recorded, by event, outcome and user. At most as many as `own-entry` has counters. */
  const omitted = new Map<string, { occurrence: Occurrence; count: number; since: number }>()

  /** Whether the user's budget is used up. Only what is about the actor alone is left out: other entries say what was given to whom. */
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
      // It may be what somebody posted in the place of an id.
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

/** What a query asks for that asks for nothing in particular. */
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
