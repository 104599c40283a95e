// Users, in the table `users`.

import { type Expression, type ExpressionBuilder, type SqlBool, sql, type Transaction } from 'kysely'

import { emailKey, holds, losesLastAdmin, lowerCase, verifiedKey } from '#lib/stores/records.ts'
import { isStorable, requireTexts } from '#lib/stores/texts.ts'
import {
  clockSkewMs,
  type TokenUse,
  type UserFields,
  type UserFilter,
  type UserRecord,
  type UserStore,
} from '#lib/stores/types.ts'

import { contains, locked, type SqlDatabase } from './database.ts'
import { type Tables, type UserRow, userColumns, userOf, userRow } from './schema.ts'

export function createUserStore({ db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>): UserStore {
  const users = reads.selectFrom('users').select(userColumns)
  return {
    async insert(user, { consume } = {}) {
      requireTexts('user', user.id, user)
      const row = userRow(user)
      return db.transaction().execute(async (trx) => {
        // Wait for a running replacement of the store before looking up the names.
        if (flavour === 'postgres') await sql`lock table users in row exclusive mode`.execute(trx)
        if (consume !== undefined && !(await lockToken(trx, consume))) return 'token_void'
        await lockNames(trx, [row.username, row.verified_email])
        if (await isTaken(trx, row.username, row.created_at, row.id)) return 'username_taken'
        if (await isVerifiedByOther(trx, row)) return 'email_taken'
        if (consume !== undefined) await trx.deleteFrom('tokens').where('id', '=', consume.id).execute()
        await trx.insertInto('users').values(row).execute()
        return 'inserted'
      })
    },

    find: (id) => findBy('id', id),
    findByUsername: (username) => findBy('username', username),
    isFree: async (username, at) => isStorable(username) && !(await isTaken(reads, username, at, '')),
    findByVerifiedEmail: (email) => findBy('verified_email', emailKey(email)),

    async hasOtherHash(beginnings) {
      const isOther = beginnings.map(
        (beginning) => sql<SqlBool>`substr(password_hash, 1, ${beginning.length}) <> ${beginning}`,
      )
      const found = await reads
        .selectFrom('users')
        .select('id')
        .where((eb) => eb.and(isOther))
        .limit(1)
        .executeTakeFirst()
      return found !== undefined
    },

    async rename(id, username, { at, reservedUntil }, onlyIf = {}) {
      const expected = structuredClone(onlyIf)
      requireTexts('user', id, { username })
      return db.transaction().execute(async (trx) => {
        const user = await findLocked(trx, id)
        if (user === undefined || !holds(userOf(user), expected)) return null
        await lockNames(trx, [user.username, username])
        if (await isTaken(trx, username, at, id)) return 'username_taken'
        if (username === user.username) return 'renamed'
        await reserve(trx, user, reservedUntil)
        await trx.deleteFrom('reserved_usernames').where('id', '=', username).execute()
        const { username: name, search_text } = userRow({ ...userOf(user), username })
        await trx.updateTable('users').set({ username: name, search_text }).where('id', '=', id).execute()
        return 'renamed'
      })
    },

    async remove(id, reservedUntil, onlyIf = {}) {
      const expected = structuredClone(onlyIf)
      return db.transaction().execute(async (trx) => {
        const user = await findLocked(trx, id)
        if (user === undefined || !holds(userOf(user), expected)) return false
        await lockNames(trx, [user.username])
        await reserve(trx, user, reservedUntil)
        await trx.deleteFrom('users').where('id', '=', id).execute()
        return true
      })
    },

    async listDeleted(before, limit, latest = Number.MAX_SAFE_INTEGER) {
      const over = users.where((eb) => eb.or([eb('deleted_at', '<', before), eb('deleted_at', '>', latest)]))
      const rows = await over.orderBy('deleted_at').limit(limit).execute()
      return rows.map(userOf)
    },

    async forgetReserved(at) {
      const { numDeletedRows } = await db.deleteFrom('reserved_usernames').where('until', '<=', at).executeTakeFirst()
      return Number(numDeletedRows)
    },

    update: (id, fields, onlyIf) => change(id, fields, onlyIf, () => () => null),

    changeEmail: (id, fields, onlyIf) =>
      change(id, fields, onlyIf, (trx) => async (before, after) => {
        if (verifiedKey(after) === verifiedKey(before)) return null
        await lockNames(trx, [verifiedKey(after)])
        return (await isVerifiedByOther(trx, userRow(after))) ? 'email_taken' : null
      }),

    changeStanding: (id, fields, onlyIf) =>
      change(id, fields, onlyIf, async (trx) => {
        // Lock the admins in the order of their ids and then the user: a fixed order prevents deadlocks.
        const admins = await lockActiveAdmins(trx)
        return (before, after) => (losesLastAdmin(before, after, admins.length) ? 'last_admin' : null)
      }),

    async listSuspendedUntil(at, limit) {
      const over = users.where('status', '=', 'suspended').where('suspended_until', '<=', at)
      const rows = await over.orderBy('suspended_until').limit(limit).execute()
      return rows.map(userOf)
    },

    async findMany(ids) {
      const asked = ids.filter((id) => !isUnstorable(id))
      if (asked.length === 0) return []
      return (await users.where('id', 'in', asked).execute()).map(userOf)
    },

    async list({ by, descending, after, limit, ...filter }) {
      if (isUnstorable(filter.search)) return []
      const direction = descending ? 'desc' : 'asc'
      const beyond = descending ? '<' : '>'
      const rows = await users
        .where((eb) => eb.and(conditions(eb, filter)))
        .$if(after !== null && by === 'username', (query) => query.where('username', beyond, after?.username ?? ''))
        .$if(after !== null && by === 'createdAt', (query) =>
          query.where((eb) =>
            eb(eb.refTuple('created_at', 'username'), beyond, eb.tuple(after?.createdAt ?? 0, after?.username ?? '')),
          ),
        )
        .$if(by === 'createdAt', (query) => query.orderBy('created_at', direction))
        .orderBy('username', direction)
        .limit(limit)
        .execute()
      return rows.map(userOf)
    },

    async count(filter) {
      if (isUnstorable(filter.search)) return 0
      const { count } = await reads
        .selectFrom('users')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where((eb) => eb.and(conditions(eb, filter)))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }

  async function findBy(column: 'id' | 'username' | 'verified_email', value: string): Promise<UserRecord | null> {
    if (isUnstorable(value)) return null
    const row = await users.where(column, '=', value).executeTakeFirst()
    return row ? userOf(row) : null
  }

  function conditions(
    eb: ExpressionBuilder<Tables, 'users'>,
    { search, role, state }: UserFilter,
  ): Expression<SqlBool>[] {
    const found: Expression<SqlBool>[] = []
    if (search !== '') found.push(contains(flavour, eb.ref('search_text'), lowerCase(search)))
    if (role !== null) found.push(eb('role', '=', role))
    if (state === 'deleted') found.push(eb('deleted_at', 'is not', null))
    else if (state !== null) found.push(eb('deleted_at', 'is', null), eb('status', '=', state))
    return found
  }

  /** Calls `rule` before it locks the user's row; the function that `rule` returns decides afterwards. */
  async function change<Refusal = never>(
    id: string,
    fields: UserFields,
    onlyIf: UserFields = {},
    rule: (trx: Transaction<Tables>) => Awaitable<(before: UserRecord, after: UserRecord) => Awaitable<Refusal | null>>,
  ): Promise<UserRecord | Refusal | null> {
    const asked = structuredClone({ fields, onlyIf })
    // Check only changed fields: a user with an invalid text from an older version must be able to log in.
    requireTexts('user', id, asked.fields)
    return db.transaction().execute(async (trx) => {
      const refuse = await rule(trx)
      const row = await findLocked(trx, id)
      if (row === undefined || !holds(userOf(row), asked.onlyIf)) return null
      const before = userOf(row)
      const after: UserRecord = { ...before, ...asked.fields, profile: { ...before.profile, ...asked.fields.profile } }
      const refusal = await refuse(before, after)
      if (refusal !== null) return refusal
      const { id: _, username, created_at, ...values } = userRow(after)
      await trx.updateTable('users').set(values).where('id', '=', id).execute()
      return after
    })
  }

  function findLocked(trx: Transaction<Tables>, id: string) {
    return locked(flavour, trx.selectFrom('users').select(userColumns).where('id', '=', id)).executeTakeFirst()
  }

  /**
   * Locks a username or verified address that the transaction takes or frees, after the user's row. A free name then
   * stays free until the end of the transaction. SQLite has a single writer anyway.
   */
  async function lockNames(trx: Transaction<Tables>, names: (string | null)[]): Promise<void> {
    if (flavour === 'sqlite') return
    for (const name of names.filter((name) => name !== null).toSorted()) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${name}, ${nameLocks}))`.execute(trx)
    }
  }

  /** Whether the token is live. If so, no other transaction can take or withdraw it before this one ends. */
  async function lockToken(trx: Transaction<Tables>, { id, purpose, at }: TokenUse): Promise<boolean> {
    const token = trx
      .selectFrom('tokens')
      .select('id')
      .where('id', '=', id)
      .where('purpose', '=', purpose)
      .where('expires_at', '>', at)
      .where('created_at', '<=', at + clockSkewMs)
    return (await locked(flavour, token).executeTakeFirst()) !== undefined
  }

  async function isTaken(
    trx: Pick<Transaction<Tables>, 'selectFrom'>,
    username: string,
    at: number,
    byOther: string,
  ): Promise<boolean> {
    const owner = await trx
      .selectFrom('users')
      .select('id')
      .where('username', '=', username)
      .where('id', '!=', byOther)
      .executeTakeFirst()
    if (owner !== undefined) return true
    const reservation = await trx
      .selectFrom('reserved_usernames')
      .select('id')
      .where('id', '=', username)
      .where('until', '>', at)
      .where('user_id', '!=', byOther)
      .executeTakeFirst()
    return reservation !== undefined
  }

  async function isVerifiedByOther(
    trx: Transaction<Tables>,
    { id, verified_email }: Pick<UserRow, 'id' | 'verified_email'>,
  ): Promise<boolean> {
    if (verified_email === null) return false
    const owners = trx.selectFrom('users').select('id').where('verified_email', '=', verified_email)
    return (await owners.where('id', '!=', id).executeTakeFirst()) !== undefined
  }

  async function reserve(
    trx: Transaction<Tables>,
    { id, username }: Pick<UserRow, 'id' | 'username'>,
    until: number,
  ): Promise<void> {
    const row = { id: username, user_id: id, until }
    await trx
      .insertInto('reserved_usernames')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ user_id: id, until }))
      .execute()
  }

  function lockActiveAdmins(trx: Transaction<Tables>): Promise<{ id: string }[]> {
    const admins = trx
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'admin')
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
    return locked(flavour, admins.orderBy('id')).execute()
  }
}

/** Separates these locks from other advisory locks in the same database. */
const nameLocks = 67

type Awaitable<Value> = Value | Promise<Value>

/** Such a name cannot exist. PostgreSQL rejects NUL, and an unpaired surrogate would become another character. */
function isUnstorable(text: string): boolean {
  return !isStorable(text)
}
