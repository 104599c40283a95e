// What works once, in the table `tokens`.

import { requireTexts } from '#lib/stores/texts.ts'
import { clockSkewMs, type TokenStore } from '#lib/stores/types.ts'

import { lockedOrSkipped, type SqlDatabase } from './database.ts'
import { tokenColumns, tokenOf, tokenRow } from './schema.ts'

/** One statement's worth: bounded by how long one may take. */
const batch = 1000

export function createTokenStore({ db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>): TokenStore {
  return {
    async put(token) {
      requireTexts('token', token.id, token)
      const row = tokenRow(token)
      const { id, detail, created_at, expires_at, issued_by } = row
      await db
        .insertInto('tokens')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['purpose', 'subject']).doUpdateSet({ id, detail, created_at, expires_at, issued_by }),
        )
        .execute()
    },

    async take(id, purpose, at) {
      const row = await db
        .deleteFrom('tokens')
        .where('id', '=', id)
        .where('purpose', '=', purpose)
        .where('expires_at', '>', at)
        .where('created_at', '<=', at + clockSkewMs)
        .returning(tokenColumns)
        .executeTakeFirst()
      return row ? tokenOf(row) : null
    },

    async find(id, purpose, at) {
      const row = await reads
        .selectFrom('tokens')
        .select(tokenColumns)
        .where('id', '=', id)
        .where('purpose', '=', purpose)
        .where('expires_at', '>', at)
        .where('created_at', '<=', at + clockSkewMs)
        .executeTakeFirst()
      return row ? tokenOf(row) : null
    },

    async list(purpose, at, limit) {
      const rows = await reads
        .selectFrom('tokens')
        .select(tokenColumns)
        .where('purpose', '=', purpose)
        .where('expires_at', '>', at)
        .where('created_at', '<=', at + clockSkewMs)
        .orderBy('created_at', 'desc')
        .limit(limit)
        .execute()
      return rows.map(tokenOf)
    },

    async deleteExpired(at) {
      let deleted = 0
      for (let some = batch; some === batch; deleted += some) {
        // What another process is deleting at this moment is its to count.
        const expired = db
          .selectFrom('tokens')
          .select('id')
          .where((eb) => eb.or([eb('expires_at', '<=', at), eb('created_at', '>', at + clockSkewMs)]))
          .limit(batch)
        const ids = lockedOrSkipped(flavour, expired)
        const { numDeletedRows } = await db.deleteFrom('tokens').where('id', 'in', ids).executeTakeFirst()
        some = Number(numDeletedRows)
        // SQLite works in this thread: what waits is served between two batches.
        await new Promise(setImmediate)
      }
      return deleted
    },

    async deleteIssuedBy(userId) {
      const { numDeletedRows } = await db.deleteFrom('tokens').where('issued_by', '=', userId).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
