// What works once, in the table `tokens`.

import type { TokenStore } from '#lib/stores/types.ts'

import { lockedOrSkipped, type SqlDatabase } from './database.ts'
import { tokenColumns, tokenOf, tokenRow } from './schema.ts'

export function createTokenStore({ db, flavour }: Pick<SqlDatabase, 'db' | 'flavour'>): TokenStore {
  return {
    async put(token) {
      const row = tokenRow(token)
      const { id, detail, created_at, expires_at } = row
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('tokens')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['purpose', 'subject'])
            .doUpdateSet({ id, detail, created_at, expires_at })
            .where('tokens.id', '!=', id),
        )
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows !== 1n) throw new Error('A token with this id exists.')
    },

    async take(id, purpose, at) {
      const row = await db
        .deleteFrom('tokens')
        .where('id', '=', id)
        .where('purpose', '=', purpose)
        .where('expires_at', '>', at)
        .returning(tokenColumns)
        .executeTakeFirst()
      return row ? tokenOf(row) : null
    },

    async deleteExpired(at) {
      // What another process is deleting at this moment is its to count.
      const expired = lockedOrSkipped(flavour, db.selectFrom('tokens').select('id').where('expires_at', '<=', at))
      const { numDeletedRows } = await db.deleteFrom('tokens').where('id', 'in', expired).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}
