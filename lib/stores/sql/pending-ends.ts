// Sessions that this process ended before the database could record it. They are over here at once, and a timer retries
// the write.

import { outsideOfRequests } from '#lib/core/request-context.ts'
import { messageOf } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { type EndedSession, type EndReason, StoreError } from '#lib/stores/types.ts'

/** Resolves with how many were live until now. */
export type RecordEnds = (ids: readonly string[], reason: EndReason, at: number) => Promise<number>

export interface PendingEnds {
  get(id: string): EndedSession | undefined
  /** Rejects when the database fails; the sessions stay ended here. */
  end: RecordEnds
  /** Retries the remaining ends. Rejects when the database still fails. */
  flush(): Promise<void>
  /** Forgets them, because the whole store was replaced. */
  forget(): void
  /** The last attempt. */
  close(): Promise<void>
}

/** About two megabytes. An outage with more log-outs loses the rest. */
const mostRemembered = 10_000
const firstRetryMs = 1000
const longestRetryMs = 5000

export function createPendingEnds(record: RecordEnds, log: StoreLog): PendingEnds {
  const pending = new Map<string, EndedSession>()
  /** Those of them that the database has rejected. */
  const refused = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  let retryMs = firstRetryMs
  let isClosed = false

  function remember(ids: readonly string[], reason: EndReason, at: number): void {
    for (const id of ids) {
      if (pending.size >= mostRemembered) return
      if (!pending.has(id)) pending.set(id, { id, reason, at })
    }
  }

  function settle(ids: readonly string[]): void {
    for (const id of ids) {
      pending.delete(id)
      refused.delete(id)
    }
  }

  function retry(): void {
    timer = null
    retryMs = Math.min(2 * retryMs, longestRetryMs)
    // The failure was logged and the timer set again.
    flush().catch(() => {})
  }

  function retryLater(): void {
    if (timer !== null || isClosed) return
    timer = outsideOfRequests(() => setTimeout(retry, retryMs).unref())
  }

  async function end(ids: readonly string[], reason: EndReason, at: number): Promise<number> {
    remember(ids, reason, at)
    try {
      const ended = await record(ids, reason, at)
      settle(ids)
      return ended
    } catch (error) {
      if (!(error instanceof StoreError) || isClosed) {
        settle(ids)
        throw error
      }
      if (refused.size === 0) {
        log.error(
          { event: 'session_ends_waiting', err: error },
          `Sessions were ended, and the database cannot record it; trying on: ${messageOf(error)}`,
        )
      }
      for (const id of ids) if (pending.has(id)) refused.add(id)
      retryLater()
      throw error
    }
  }

  async function flush(): Promise<void> {
    if (refused.size === 0) return
    try {
      for (const ends of groupedByEnd([...refused].flatMap((id) => pending.get(id) ?? []))) {
        const [{ reason, at }] = ends
        const ids = ends.map(({ id }) => id)
        await record(ids, reason, at)
        settle(ids)
      }
    } catch (error) {
      retryLater()
      throw error
    }
    if (refused.size > 0) return
    retryMs = firstRetryMs
    log.info({ event: 'session_ends_recorded' }, 'The database has recorded the sessions that were ended meanwhile.')
  }

  return {
    get: (id) => pending.get(id),
    end,
    flush,
    forget: () => settle([...pending.keys()]),
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await flush().catch((err: unknown) => {
        log.error(
          { event: 'session_ends_lost', err, sessions: refused.size },
          'Sessions were ended, and the database never recorded it.',
        )
      })
    },
  }
}

/** Sessions that ended at the same time and for the same reason. */
function groupedByEnd(ends: EndedSession[]): [EndedSession, ...EndedSession[]][] {
  const groups = new Map<string, [EndedSession, ...EndedSession[]]>()
  for (const end of ends) {
    const key = `${end.at} ${end.reason}`
    const group = groups.get(key)
    if (group) group.push(end)
    else groups.set(key, [end])
  }
  return [...groups.values()]
}
