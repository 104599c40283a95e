// Sessions and end reasons, in memory and in sessions.json. Ends and touches take effect in memory at once; only a new
// session waits for the disk.

import { kinds } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { type EndedSession, isLive, type SessionRecord, type SessionStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import type { StoredFile } from './document.ts'
import { IdsByUser } from './ids-by-user.ts'
import { encodeRecords, loadRecords, type Records } from './record-files.ts'

type SessionRecords = Pick<Records, 'session' | 'ended'>

/** `leftOut` counts sessions of unknown users, which could log nobody in. */
export async function loadSessions(
  file: StoredFile,
  users: { has(id: string): boolean },
): Promise<{ records: SessionRecords; leftOut: number }> {
  const records = await loadRecords(file, 'sessions.json')
  // A session that ended while its page was written is in both parts and counts as ended.
  for (const { id } of records.ended.values()) records.session.delete(id)
  let leftOut = 0
  for (const { id, userId } of records.session.values()) {
    if (!users.has(userId) && records.session.delete(id)) leftOut++
  }
  return { records, leftOut }
}

export interface SessionPart {
  store: SessionStore
  queue: CommitQueue
  /** The sessions that callers may know of. Copies, because a touch modifies sessions. */
  snapshot(): { session: SessionRecord[]; ended: EndedSession[] }
  /** Makes these the sessions, in memory and on disk. Call it only while the queue is held. */
  adopt(records: SessionRecords): void
}

export function createSessionPart(
  { session: sessions, ended }: SessionRecords,
  { hasUser, ...options }: Omit<CommitQueueOptions, 'content'> & { hasUser(id: string): boolean },
): SessionPart {
  let idsByUser = new IdsByUser(sessions.values())
  /** In memory and not yet on disk. */
  const inserted = new Set<string>()

  const queue = new CommitQueue({
    ...options,
    content: {
      // Encode sessions first: one that ends in between is then in both parts, never in neither.
      encode: () => encodeRecords('sessions.json', { session: sessions, ended }),
      accept: () => inserted.clear(),
      undo() {
        // A session that was ended meanwhile is gone and stays gone.
        for (const id of inserted) remove(id)
        inserted.clear()
      },
    },
  })

  const store: SessionStore = {
    async insert(session) {
      const added = kinds.session.schema.parse(session)
      requireTexts('session', added.id, added)
      return queue.run(() => {
        const { id, userId } = added
        if (sessions.has(id) || ended.has(id)) throw new Error('A session with this id exists, or existed.')
        if (!hasUser(userId)) throw new Error(`Nobody has the id ${userId}.`)
        sessions.set(added)
        idsByUser.add(added)
        inserted.add(id)
        queue.markUnsaved()
      })
    },

    async find(id) {
      queue.requireOpen()
      return copyOf(sessions.get(id))
    },

    async touch(id, at, bounds) {
      queue.requireOpen()
      requireTime(at)
      const entry = sessions.entry(id)
      if (!entry || !isLive(entry.record, bounds)) return null
      if (at > entry.record.lastActivityAt) {
        entry.record.lastActivityAt = at
        sessions.changed(entry)
        queue.markUnsaved()
      }
      return copyOf(entry.record)
    },

    async redate(id, lastActivityAt, by) {
      queue.requireOpen()
      requireTime(by)
      const entry = sessions.entry(id)
      if (entry?.record.lastActivityAt !== lastActivityAt) return null
      for (const time of ['createdAt', 'lastActivityAt', 'provedAt'] as const) entry.record[time] -= by
      sessions.changed(entry)
      queue.markUnsaved()
      return copyOf(entry.record)
    },

    async end(ids, reason, at) {
      queue.requireOpen()
      requireTime(at)
      const removed = ids.filter(remove)
      for (const id of removed) ended.set({ id, reason, at })
      if (removed.length === 0) return 0
      queue.markUnsaved()
      // On a disk error, the queue logged it and retries; memory is correct already.
      await queue.flush().catch(() => {})
      return removed.length
    },

    async findEndReason(id) {
      queue.requireOpen()
      return ended.get(id)?.reason ?? null
    },

    async listByUser(userId) {
      queue.requireOpen()
      return [...idsByUser.of(userId)].flatMap((id) => copyOf(sessions.get(id)) ?? [])
    },

    async listDead(bounds, limit) {
      queue.requireOpen()
      const dead: SessionRecord[] = []
      for (const session of sessions.values()) {
        if (dead.length >= limit) break
        if (!isLive(session, bounds)) dead.push({ ...session })
      }
      return dead
    },

    async countLive(bounds) {
      queue.requireOpen()
      let count = 0
      for (const session of sessions.values()) if (isLive(session, bounds)) count++
      return count
    },

    async forgetEnded(before) {
      queue.requireOpen()
      for (const { id, at } of ended.values()) {
        if (at >= before) continue
        ended.delete(id)
        queue.markUnsaved()
      }
    },
  }

  return {
    store,
    queue,
    snapshot() {
      const known: SessionRecord[] = []
      for (const session of sessions.values()) if (!inserted.has(session.id)) known.push({ ...session })
      return { session: known, ended: [...ended.values()] }
    },
    adopt(adopted) {
      ;({ session: sessions, ended } = adopted)
      idsByUser = new IdsByUser(sessions.values())
    },
  }

  function remove(id: string): boolean {
    const session = sessions.get(id)
    if (!session) return false
    sessions.delete(id)
    idsByUser.remove(session)
    return true
  }
}

/** JSON has no infinity: it would become null, and the file could not be read again. */
function requireTime(at: number): void {
  if (!Number.isSafeInteger(at)) throw new TypeError('The time of a session must be a whole number.')
}

function copyOf(session: SessionRecord | undefined): SessionRecord | null {
  return session ? { ...session } : null
}
