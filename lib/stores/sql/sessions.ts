// Live and ended sessions in one table: an end updates the row, so the id can never be reused.

import { requireTexts } from '#lib/stores/texts.ts'
import { type EndReason, isLive, type SessionRecord, type SessionStore } from '#lib/stores/types.ts'

import { latest, locked, lockedOrSkipped, type SqlDatabase } from './database.ts'
import type { PendingEnds } from './pending-ends.ts'
import { sessionColumns, sessionOf, sessionRow } from './schema.ts'

type Database = Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>

/** Rows per statement, to bound its parameters and duration. */
const batch = 1000

export function createSessionStore({ db, reads, flavour }: Database, pending: PendingEnds): SessionStore {
  const sessions = reads.selectFrom('sessions').select(sessionColumns)
  const live = sessions.where('ended_at', 'is', null)

  async function find(id: string): Promise<SessionRecord | null> {
    if (pending.get(id)) return null
    const row = await live.where('id', '=', id).executeTakeFirst()
    return row ? sessionOf(row) : null
  }

  return {
    async insert(session) {
      requireTexts('session', session.id, session)
      await db.insertInto('sessions').values(sessionRow(session)).execute()
    },

    find,

    async touch(id, at, bounds) {
      const found = await find(id)
      if (found === null || !isLive(found, bounds)) return null
      if (found.lastActivityAt > bounds.recentAfter || found.lastActivityAt >= at) return found
      const row = await db
        .updateTable('sessions')
        .set((eb) => ({ last_activity_at: latest(flavour, eb.ref('last_activity_at'), at) }))
        .where('id', '=', id)
        // Check again in the update: other processes may have touched or ended the session since.
        .where('ended_at', 'is', null)
        .where('last_activity_at', '>', bounds.activeAfter)
        .where('created_at', '>', bounds.createdAfter)
        .where('last_activity_at', '<=', bounds.latest)
        .where('created_at', '<=', bounds.latest)
        .returning(sessionColumns)
        .executeTakeFirst()
      return row ? sessionOf(row) : null
    },

    async redate(id, lastActivityAt, by) {
      if (pending.get(id)) return null
      const row = await db
        .updateTable('sessions')
        .set((eb) => ({
          created_at: eb('created_at', '-', by),
          last_activity_at: eb('last_activity_at', '-', by),
          proved_at: eb('proved_at', '-', by),
        }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where('last_activity_at', '=', lastActivityAt)
        .returning(sessionColumns)
        .executeTakeFirst()
      return row ? sessionOf(row) : null
    },

    end: (ids, reason, at) => pending.end([...new Set(ids)], reason, at),

    async findEndReason(id) {
      const unrecorded = pending.get(id)
      try {
        const row = await reads.selectFrom('sessions').select('end_reason').where('id', '=', id).executeTakeFirst()
        return row?.end_reason ?? unrecorded?.reason ?? null
      } catch (error) {
        if (unrecorded) return unrecorded.reason
        throw error
      }
    },

    async listByUser(userId) {
      const rows = await live.where('user_id', '=', userId).execute()
      return rows.filter(({ id }) => !pending.get(id)).map(sessionOf)
    },

    async listDead(bounds, limit) {
      // One query per condition, because SQLite then uses the index of each.
      const rows = await sessions
        .where((eb) =>
          eb.or([
            eb.and([eb('ended_at', 'is', null), eb('last_activity_at', '<=', bounds.activeAfter)]),
            eb.and([eb('ended_at', 'is', null), eb('last_activity_at', '>', bounds.latest)]),
            eb.and([eb('ended_at', 'is', null), eb('created_at', '<=', bounds.createdAfter)]),
            eb.and([eb('ended_at', 'is', null), eb('created_at', '>', bounds.latest)]),
          ]),
        )
        .limit(limit)
        .execute()
      return rows.filter(({ id }) => !pending.get(id)).map(sessionOf)
    },

    async countLive(bounds) {
      const { count } = await reads
        .selectFrom('sessions')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('ended_at', 'is', null)
        .where('last_activity_at', '>', bounds.activeAfter)
        .where('created_at', '>', bounds.createdAfter)
        .where('last_activity_at', '<=', bounds.latest)
        .where('created_at', '<=', bounds.latest)
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async forgetEnded(before) {
      const old = db.selectFrom('sessions').select('id').where('ended_at', '<', before).limit(batch)
      for (let deleted = batch; deleted === batch; ) {
        const some = lockedOrSkipped(flavour, old)
        const { numDeletedRows } = await db.deleteFrom('sessions').where('id', 'in', some).executeTakeFirst()
        deleted = Number(numDeletedRows)
        // SQLite blocks this thread: serve waiting requests between two batches.
        await new Promise(setImmediate)
      }
    },
  }
}

/** Ends live sessions in the database and counts them. */
export async function recordEnds(
  { db, flavour }: Pick<Database, 'db' | 'flavour'>,
  ids: readonly string[],
  reason: EndReason,
  at: number,
): Promise<number> {
  let ended = 0
  for (let start = 0; start < ids.length; start += batch) {
    const some = db
      .selectFrom('sessions')
      .select('id')
      .where('id', 'in', ids.slice(start, start + batch))
      .where('ended_at', 'is', null)
      // A fixed order, so that two processes that end the same sessions cannot deadlock.
      .orderBy('id')
    const { numUpdatedRows } = await db
      .updateTable('sessions')
      .set({ user_id: null, user_agent: '', address: '', ended_at: at, end_reason: reason })
      .where('id', 'in', locked(flavour, some))
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    ended += Number(numUpdatedRows)
  }
  return ended
}
