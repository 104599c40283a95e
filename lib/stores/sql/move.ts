// Dumps the database from one snapshot and replaces its content in one transaction.

import { type Kysely, sql, type Transaction } from 'kysely'

import { noHead } from '#lib/stores/audit-chain.ts'
import { restoreElsewhere } from '#lib/stores/errors.ts'
import { declarationOf, type KindName, kindNames, kinds } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { type StoredRecord, StoreError } from '#lib/stores/types.ts'

import type { Flavour } from './database.ts'
import { type AnyTables, mappings, rowOf, type Tables } from './schema.ts'

/** Rows that are held in memory at a time. */
const pageSizeOf = (kind: KindName) => (declarationOf(kind).isLarge ? 20 : 1000)
/** Rows per insert. With a dozen values each, it stays below the parameter limits of both databases. */
const batchSizeOf = (kind: KindName) => (declarationOf(kind).isLarge ? 20 : 500)

/** Rejects with `store_damaged` at an invalid row. `description` names the store in messages. */
export async function* dumpTables(db: Kysely<Tables>, description: string): AsyncGenerator<StoredRecord> {
  const snapshot = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute()
  try {
    yield* readTables(snapshot, description)
  } finally {
    await snapshot.rollback().execute()
  }
}

async function* readTables(snapshot: Transaction<Tables>, description: string): AsyncGenerator<StoredRecord> {
  // Ended sessions are in the sessions table.
  for (const kind of kindNames.filter((name) => name !== 'ended')) {
    for await (const row of rowsOf(snapshot, kind)) {
      const { id, ended_at: at, end_reason: reason } = row
      const isEnded = kind === 'session' && at !== null
      const stored = isEnded
        ? { kind: 'ended' as const, record: { id, reason, at } }
        : { kind, record: mappings[kind].toRecord(row as never) }
      const checked = kinds[stored.kind].schema.safeParse(stored.record)
      if (!checked.success) {
        const [issue] = checked.error.issues
        const fault = `${issue?.path.join('.')}: ${issue?.message}`
        throw new StoreError(
          'store_damaged',
          `${description} has a row in ${kinds[kind].table} that cannot be right, with the id ${JSON.stringify(id)} (${fault}). Correct the row, or restore a back-up: ${restoreElsewhere}.`,
        )
      }
      yield { kind: stored.kind, record: checked.data } as StoredRecord
    }
  }
}

/** Pages by key, which costs the same anywhere in the table. */
async function* rowsOf(snapshot: Transaction<Tables>, kind: KindName): AsyncGenerator<Record<string, unknown>> {
  const key = kind === 'audit' ? 'seq' : 'id'
  const pageSize = pageSizeOf(kind)
  const ends = kind === 'session' ? ['ended_at', 'end_reason'] : []
  const page = (snapshot as unknown as Transaction<AnyTables>)
    .selectFrom(kinds[kind].table)
    .select([...mappings[kind].columns, ...ends])
    .orderBy(key)
    .limit(pageSize)
  let rows = await page.execute()
  while (rows.length > 0) {
    yield* rows
    const last = rows.at(-1)
    rows = last && rows.length === pageSize ? await page.where(key, '>', last[key]).execute() : []
  }
}

/** All or nothing. */
export async function replaceTables(
  { db, flavour }: { db: Kysely<Tables>; flavour: Flavour },
  records: AsyncIterable<StoredRecord>,
): Promise<void> {
  const tables = [...new Set(kindNames.map((name) => kinds[name].table))]
  await db.transaction().execute(async (trx) => {
    // Block writers, because rows that they commit meanwhile would stay; readers continue. Lock the head before the
    // trail, in the same order as an append.
    const locked = tables.toSpliced(tables.indexOf('audit'), 0, 'audit_head').join(', ')
    if (flavour === 'postgres') await sql`lock table ${sql.raw(locked)} in exclusive mode`.execute(trx)
    const any = trx as unknown as Transaction<AnyTables>
    for (const table of tables.toReversed()) await any.deleteFrom(table).execute()
    for await (const some of batches(records)) {
      const [first] = some
      if (first)
        await any
          .insertInto(kinds[first.kind].table)
          .values(some.map(rowOf) as object[])
          .execute()
    }
    const last = await trx.selectFrom('audit').select(['seq', 'id']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
    await trx
      .updateTable('audit_head')
      .set(last ?? noHead)
      .execute()
    // Run ANALYZE: for some minutes PostgreSQL would otherwise plan as if the tables were empty.
    if (flavour === 'postgres') await sql`analyze ${sql.raw(tables.join(', '))}`.execute(trx)
  })
}

/** Consecutive records of one kind. */
async function* batches(records: AsyncIterable<StoredRecord>): AsyncGenerator<StoredRecord[]> {
  let batch: StoredRecord[] = []
  for await (const record of records) {
    const { kind } = batch[0] ?? record
    if (batch.length === batchSizeOf(kind) || kind !== record.kind) {
      yield batch
      batch = []
    }
    requireTexts(record.kind, record.record.id, record.record)
    batch.push(record)
  }
  if (batch.length > 0) yield batch
}
