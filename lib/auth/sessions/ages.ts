// Measures the age of each session that this process has met by the monotonic clock, so that setting the wall clock
// back makes no session younger. The stored record decides. These ages can only end a session earlier, or date one
// whose stored times lie in the future.
import { type Clock, stopwatchOf } from '../../core/clock.ts'
import type { SessionRecord } from '../../stores/types.ts'

export interface SessionAges {
  /** Records a session when it is first met, and again whenever its record shows a later use. */
  of(session: SessionRecord, now: number): Age
  /** The user was active now, whether or not the stored record changed. */
  use(session: SessionRecord): void
  /** Whether the age was recorded for this state of the record. It then does not depend on the stored times. */
  isMeasured(session: SessionRecord): boolean
  /** The recorded age, without the stored record. Null for a session that this process never met. */
  known(id: string): Age | null
  /** The session continues under another id and keeps its age. */
  rename(id: string, renewed: SessionRecord, now: number): void
  forget(id: string): void
  /** The ids of sessions without a use for this long. */
  idleFor(ms: number): string[]
}

export interface Age {
  /** Milliseconds since the last use, and since the start. */
  idleMs: number
  totalMs: number
}

/** More than one idle window sees; about 15 MB. The session met longest ago is dropped first. */
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
    // Stored times in the future say only how far apart they are: count the last use as now.
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
