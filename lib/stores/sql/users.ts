// The people, in the table `users`.

import { isDeepStrictEqual } from 'node:util'

import type { Transaction } from 'kysely'

import { lowerCase } from '#lib/stores/records.ts'
import type { UserChange, UserRecord, UserStore } from '#lib/stores/types.ts'

import { contains, locked, type SqlDatabase } from './database.ts'
import { type Tables, userColumns, userOf, userRow } from './schema.ts'

export function createUserStore({ db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>): UserStore {
  const users = reads.selectFrom('users').select(userColumns)
  return {
    async insert(user) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values(userRow(user))
        .onConflict((conflict) => conflict.column('username').doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n ? 'inserted' : 'username_taken'
    },

    async find(id) {
      if (isUnstorable(id)) return null
      const row = await users.where('id', '=', id).executeTakeFirst()
      return row ? userOf(row) : null
    },

    async findByUsername(username) {
      if (isUnstorable(username)) return null
      const row = await users.where('username', '=', username).executeTakeFirst()
      return row ? userOf(row) : null
    },

    async update(id, change, onlyIf = {}) {
      const given = structuredClone({ change, onlyIf })
      return db.transaction().execute((trx) => update(trx, id, given.change, given.onlyIf))
    },

    async list({ search, after, limit }) {
      if (isUnstorable(search) || isUnstorable(after)) return []
      const part = lowerCase(search)
      const rows = await users
        .$if(part !== '', (query) => query.where((eb) => contains(flavour, eb.ref('search_text'), part)))
        .$if(after !== '', (query) => query.where('username', '>', after))
        .orderBy('username')
        .limit(limit)
        .execute()
      return rows.map(userOf)
    },
  }

  async function update(trx: Transaction<Tables>, id: string, change: UserChange, onlyIf: UserChange) {
    // The admins first, in the order of their ids, and only then the person: whoever locks in one order never waits
    // for somebody who waits for them.
    const admins = mayDemote(change) ? await lockActiveAdmins(trx) : null
    const row = await locked(
      flavour,
      trx.selectFrom('users').select(userColumns).where('id', '=', id),
    ).executeTakeFirst()
    if (row === undefined) return null
    const user = userOf(row)
    if (!isDeepStrictEqual({ ...user, ...onlyIf }, user)) return null
    if (admins?.length === 1 && admins[0]?.id === id) return 'last_admin'
    const changed: UserRecord = { ...user, ...change }
    const { id: _, username, created_at, ...values } = userRow(changed)
    await trx.updateTable('users').set(values).where('id', '=', id).execute()
    return changed
  }

  function lockActiveAdmins(trx: Transaction<Tables>): Promise<{ id: string }[]> {
    const admins = trx.selectFrom('users').select('id').where('role', '=', 'admin').where('status', '=', 'active')
    return locked(flavour, admins.orderBy('id')).execute()
  }
}

function mayDemote({ role, status }: UserChange): boolean {
  return (role ?? 'admin') !== 'admin' || (status ?? 'active') !== 'active'
}

/** PostgreSQL has no text with a NUL in it, and fails when asked for one: nobody has such a name. */
function isUnstorable(text: string): boolean {
  return text.includes('\0')
}
