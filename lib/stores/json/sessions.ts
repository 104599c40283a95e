// The sessions and why some ended, in memory and in sessions.json. Ending and touching take effect in memory at
// once; only a new session waits for the disk before anybody hears of it.

import { z } from 'zod'

import { endReasons, isLive, type SessionRecord, type SessionStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { encodeSections, loadSections, type StoredFile } from './document.ts'
import { PagedRecords } from './paged-records.ts'

type StoredSession = Omit<SessionRecord, 'id'>

const sessionSchema: z.ZodType<StoredSession> = z.strictObject({
  userId: z.string(),
  createdAt: z.number(),
  lastActivityAt: z.number(),
})
const endSchema = z.strictObject({ reason: z.enum(endReasons), at: z.number() })

export interface SessionRecords {
  sessions: PagedRecords<StoredSession>
  ended: PagedRecords<z.infer<typeof endSchema>>
}

export async function loadSessions(file: StoredFile): Promise<SessionRecords> {
  const loaded = await loadSections(
    { ...file, value: { ended: {}, ...file.value } },
    { sessions: sessionSchema, ended: endSchema },
  )
  // A session that ended while its page was being written is in both parts: it has ended.
  for (const [id] of loaded.ended.entries()) loaded.sessions.delete(id)
  return loaded
}

export function noSessions(): SessionRecords {
  return { sessions: new PagedRecords(), ended: new PagedRecords() }
}

export function encodeSessions({ sessions, ended }: SessionRecords): Promise<Buffer[]> {
  // Sessions first: a session that ends between the two parts is then in both, never in neither.
  return encodeSections({ sessions, ended })
}

export function createSessionStore(
  { sessions, ended }: SessionRecords,
  options: Omit<CommitQueueOptions, 'content'>,
): { store: SessionStore; queue: CommitQueue } {
  const idsByUser = new Map<string, Set<string>>()
  for (const [id, { userId }] of sessions.entries()) index(id, userId)
  const inserted = new Set<string>()

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeSessions({ sessions, ended }),
      accept: () => inserted.clear(),
      undo() {
        // One that was ended meanwhile is gone already, and stays so.
        for (const id of inserted) remove(id)
        inserted.clear()
      },
    },
  })

  const store: SessionStore = {
    async insert({ id, ...rest }) {
      const session = sessionSchema.parse(rest)
      return queue.run(() => {
        if (sessions.has(id) || ended.has(id)) throw new Error('A session with this id exists, or existed.')
        sessions.set(id, session)
        index(id, session.userId)
        inserted.add(id)
        queue.markUnsaved()
      })
    },

    async find(id) {
      queue.requireOpen()
      return recordOf(id, sessions.get(id))
    },

    async touch(id, at, bounds) {
      queue.requireOpen()
      requireTime(at)
      const session = sessions.get(id)
      if (!session || !isLive(session, bounds)) return null
      if (at > session.lastActivityAt) {
        session.lastActivityAt = at
        sessions.set(id, session)
        queue.markUnsaved()
      }
      return recordOf(id, session)
    },

    async end(ids, reason, at) {
      queue.requireOpen()
      requireTime(at)
      const removed = ids.filter(remove)
      for (const id of removed) ended.set(id, { reason, at })
      if (removed.length === 0) return 0
      queue.markUnsaved()
      // When the disk refuses, the queue has logged it and keeps trying; memory already holds the truth.
      await queue.flush().catch(() => {})
      return removed.length
    },

    async findEndReason(id) {
      queue.requireOpen()
      return ended.get(id)?.reason ?? null
    },

    async listByUser(userId) {
      queue.requireOpen()
      const ids = idsByUser.get(userId) ?? []
      return [...ids].flatMap((id) => recordOf(id, sessions.get(id)) ?? [])
    },

    async listDead(bounds, limit) {
      queue.requireOpen()
      const dead: SessionRecord[] = []
      for (const [id, session] of sessions.entries()) {
        if (dead.length >= limit) break
        if (!isLive(session, bounds)) dead.push({ id, ...session })
      }
      return dead
    },

    async forgetEnded(before) {
      queue.requireOpen()
      for (const [id, { at }] of ended.entries()) {
        if (at >= before) continue
        ended.delete(id)
        queue.markUnsaved()
      }
    },
  }
  return { store, queue }

  function index(id: string, userId: string): void {
    const ids = idsByUser.get(userId)
    if (ids) ids.add(id)
    else idsByUser.set(userId, new Set([id]))
  }

  function remove(id: string): boolean {
    const session = sessions.get(id)
    if (!session) return false
    sessions.delete(id)
    const ids = idsByUser.get(session.userId)
    ids?.delete(id)
    if (ids?.size === 0) idsByUser.delete(session.userId)
    return true
  }
}

/** JSON has no infinity: it would be written as null, and the file could not be read again. */
function requireTime(at: number): void {
  if (!Number.isFinite(at)) throw new TypeError('The time of a session must be a finite number.')
}

function recordOf(id: string, session: StoredSession | undefined): SessionRecord | null {
  return session ? { id, ...session } : null
}
