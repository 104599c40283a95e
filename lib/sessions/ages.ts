// How old the sessions are that this process has met, by the monotonic clock: a wall clock that is set back makes none of
// them younger. The record in the store decides; this can only end a session earlier than the record says, or say how
// old one is whose times now lie in the future.
import { type Clock, stopwatchOf } from '../clock.ts'
import type { SessionRecord } from '../stores/types.ts'

export interface SessionAges {
  /** Notes a session at its first sight and whenever its record shows that somebody used it since. */
  of(session: SessionRecord, now: number): Age
  /** Somebody used it at this moment, whether or not that changed the record. */
  use(session: SessionRecord): void
  /** Whether it was noted as its record stands: then its age does not depend on the record's times. */
  isMeasured(session: SessionRecord): boolean
  /** By what was noted alone, without the record. Null for a session that this process never met. */
  known(id: string): Age | null
  /** The session goes on under another id, as old as it was. */
  rename(id: string, renewed: SessionRecord, now: number): void
  forget(id: string): void
  /** The ids of those that were not used for so long. */
  idleFor(ms: number): string[]
}

export interface Age {
  /** Milliseconds since it was last used, and since it began. */
  idleMs: number
  totalMs: number
}

/** More than are used within one window; about 15 MB. The one that was met longest ago is forgotten first. */
const mostNoted = 100_000

interface Noted {
  lastActivityAt: number
  /** By the monotonic clock. */
  usedAt: number
  begunAt: number
}

export function createSessionAges(clock: Clock): SessionAges {
  const stopwatch = stopwatchOf(clock)
  const noted = new Map<string, Noted>()

  function note(id: string, entry: Noted): Noted {
    noted.delete(id)
    noted.set(id, entry)
    const [oldest] = noted.keys()
    if (noted.size > mostNoted && oldest !== undefined) noted.delete(oldest)
    return entry
  }

  function ageOf({ usedAt, begunAt }: Noted): Age {
    const at = stopwatch()
    return { idleMs: at - usedAt, totalMs: at - begunAt }
  }

  function of({ id, createdAt, lastActivityAt }: SessionRecord, now: number): Age {
    const before = noted.get(id)
    if (before?.lastActivityAt === lastActivityAt) return ageOf(before)
    // Times in the future say no more than that it was used just now, and for how long before.
    const usedAt = stopwatch() - Math.max(now - lastActivityAt, 0)
    const begunAt = before?.begunAt ?? usedAt - Math.max(lastActivityAt - createdAt, 0)
    return ageOf(note(id, { lastActivityAt, usedAt, begunAt }))
  }

  return {
    of,

    use({ id, createdAt, lastActivityAt }) {
      const usedAt = stopwatch()
      const begunAt = noted.get(id)?.begunAt ?? usedAt - Math.max(lastActivityAt - createdAt, 0)
      note(id, { lastActivityAt, usedAt, begunAt })
    },

    isMeasured: ({ id, lastActivityAt }) => noted.get(id)?.lastActivityAt === lastActivityAt,

    known(id) {
      const entry = noted.get(id)
      return entry === undefined ? null : ageOf(entry)
    },

    rename(id, renewed, now) {
      const before = noted.get(id)
      noted.delete(id)
      of(renewed, now)
      const entry = noted.get(renewed.id)
      if (before !== undefined && entry !== undefined) entry.begunAt = before.begunAt
    },

    forget(id) {
      noted.delete(id)
    },

    idleFor(ms) {
      const before = stopwatch() - ms
      return [...noted].flatMap(([id, { usedAt }]) => (usedAt <= before ? [id] : []))
    },
  }
}
