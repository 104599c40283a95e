// The kinds that need no operations of their own, one table each.

import { type ExpressionBuilder, type Kysely, sql } from 'kysely'

import { type CollectionKind, collectionKinds, declarationOf, type RecordOf, snakeCase } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { type Collection, type Collections, clockSkewMs, type Only } from '#lib/stores/types.ts'

import { lockedOrSkipped, type SqlDatabase } from './database.ts'
import { type AnyTables, mappings } from './schema.ts'

type Database = Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>

/** Rows per statement, to bound its duration. */
const batch = 1000

export function createCollections(database: Database): Collections {
  return Object.fromEntries(
    collectionKinds.map((name) => [name, createCollection(database, name)]),
  ) as unknown as Collections
}

function createCollection<Name extends CollectionKind>(
  { db: typedDb, reads: typedReads, flavour }: Database,
  name: Name,
): Collection<RecordOf<Name>> {
  type Kept = RecordOf<Name>
  const [db, reads] = [typedDb, typedReads] as unknown as Kysely<AnyTables>[] as [Kysely<AnyTables>, Kysely<AnyTables>]
  const { table, unique: [key] = [], expiry } = declarationOf(name)
  const { columns, toRow, toRecord } = mappings[name] as unknown as {
    columns: string[]
    toRow(record: Kept): Record<string, unknown>
    toRecord(row: Record<string, unknown>): Kept
  }
  const since: string | undefined = expiry?.since === undefined ? undefined : snakeCase(expiry.since)

  const among =
    ({ fields = {}, liveAt }: Only<Kept>) =>
    (eb: ExpressionBuilder<AnyTables, string>) => {
      const conditions = Object.entries(fields).map(([field, value]) => eb(snakeCase(field), '=', value))
      if (liveAt !== undefined && expiry) conditions.push(eb(snakeCase(expiry.at), '>', liveAt))
      if (liveAt !== undefined && since) conditions.push(eb(since, '<=', liveAt + clockSkewMs))
      return eb.and(conditions)
    }

  return {
    async put(record) {
      requireTexts(name, record.id, record)
      const row = toRow(record)
      const insert = db.insertInto(table).values(row)
      if (key === undefined) await insert.execute()
      else await insert.onConflict((conflict) => conflict.columns(key.fields.map(snakeCase)).doUpdateSet(row)).execute()
    },

    async add(record) {
      requireTexts(name, record.id, record)
      const insert = db
        .insertInto(table)
        .values(toRow(record))
        .onConflict((conflict) => conflict.doNothing())
      return (await insert.executeTakeFirst()).numInsertedOrUpdatedRows === 1n
    },

    async find(id, only = {}) {
      const found = reads.selectFrom(table).select(columns).where('id', '=', id).where(among(only))
      const row = await found.executeTakeFirst()
      return row ? toRecord(row) : null
    },

    async take(id, only = {}) {
      const taken = db.deleteFrom(table).where('id', '=', id).where(among(only)).returning(columns)
      const row = await taken.executeTakeFirst()
      return row ? toRecord(row) : null
    },

    async list(only, limit) {
      const found = reads.selectFrom(table).select(columns).where(among(only))
      const rows = await found
        .orderBy(since ?? 'id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toRecord)
    },

    async deleteAll(fields) {
      const { numDeletedRows } = await db.deleteFrom(table).where(among({ fields })).executeTakeFirst()
      return Number(numDeletedRows)
    },

    async deleteExpired(at) {
      if (expiry === undefined) return 0
      let deleted = 0
      for (let some = batch; some === batch; deleted += some) {
        // Rows that another process is deleting now are in that process's count.
        const expired = db
          .selectFrom(table)
          .select('id')
          .where((eb) =>
            eb.or([
              eb(snakeCase(expiry.at), '<=', at),
              since === undefined ? sql<boolean>`false` : eb(since, '>', at + clockSkewMs),
            ]),
          )
          .limit(batch)
        const ids = lockedOrSkipped(flavour, expired)
        const { numDeletedRows } = await db.deleteFrom(table).where('id', 'in', ids).executeTakeFirst()
        some = Number(numDeletedRows)
        // SQLite blocks this thread: serve waiting requests between two batches.
        await new Promise(setImmediate)
      }
      return deleted
    },
  }
}
