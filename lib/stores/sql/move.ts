// Everything out of the database as it stood at one moment, and everything into it in one step.

import { type Kysely, sql, type Transaction } from 'kysely'
import type { z } from 'zod'

import { noHead } from '#lib/stores/audit-chain.ts'
import { restoreElsewhere } from '#lib/stores/errors.ts'
import {
  auditSchema,
  endedSchema,
  mailSchema,
  reservedSchema,
  sessionSchema,
  tokenSchema,
  userSchema,
} from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { type StoredRecord, StoreError } from '#lib/stores/types.ts'

import type { Flavour } from './database.ts'
import {
  auditColumns,
  auditOf,
  auditRow,
  mailColumns,
  mailOf,
  mailRow,
  reservedColumns,
  reservedOf,
  reservedRow,
  sessionColumns,
  sessionOf,
  sessionRow,
  type Tables,
  tokenColumns,
  tokenOf,
  tokenRow,
  userColumns,
  userOf,
  userRow,
} from './schema.ts'

/** Rows that are held in memory at a time. */
const pageSize = 1000
/** Rows of one insert; with a row's dozen values it stays below what either database takes as parameters. */
const batchSize = 500

/** Rejects with `store_damaged` at a row that makes no record. `description` is what the message calls the store. */
export async function* dumpTables(db: Kysely<Tables>, description: string): AsyncGenerator<StoredRecord> {
  const snapshot = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute()
  try {
    yield* readTables(snapshot, description)
  } finally {
    await snapshot.rollback().execute()
  }
}

async function* readTables(snapshot: Transaction<Tables>, description: string): AsyncGenerator<StoredRecord> {
  const checked = <Output>(schema: z.ZodType<Output>, table: keyof Tables, id: string, record: unknown): Output => {
    const result = schema.safeParse(record)
    if (result.success) return result.data
    const [issue] = result.error.issues
    const fault = `${issue?.path.join('.')}: ${issue?.message}`
    throw new StoreError(
      'store_damaged',
      `${description} has a row in ${table} that cannot be right, with the id ${JSON.stringify(id)} (${fault}). Correct the row, or restore a back-up: ${restoreElsewhere}.`,
    )
  }

  const users = snapshot.selectFrom('users').select(userColumns).orderBy('id').limit(pageSize)
  for await (const row of pages((after) =>
    users.$if(after !== null, (rows) => rows.where('id', '>', after ?? '')).execute(),
  )) {
    yield { kind: 'user', record: checked(userSchema, 'users', row.id, userOf(row)) }
  }
  const sessions = snapshot
    .selectFrom('sessions')
    .select([...sessionColumns, 'ended_at', 'end_reason'])
    .orderBy('id')
    .limit(pageSize)
  for await (const row of pages((after) =>
    sessions.$if(after !== null, (rows) => rows.where('id', '>', after ?? '')).execute(),
  )) {
    const { id, ended_at: at, end_reason: reason } = row
    yield at === null
      ? { kind: 'session', record: checked(sessionSchema, 'sessions', id, sessionOf(row)) }
      : { kind: 'ended', record: checked(endedSchema, 'sessions', id, { id, reason, at }) }
  }
  const tokens = snapshot.selectFrom('tokens').select(tokenColumns).orderBy('id').limit(pageSize)
  for await (const row of pages((after) =>
    tokens.$if(after !== null, (rows) => rows.where('id', '>', after ?? '')).execute(),
  )) {
    yield { kind: 'token', record: checked(tokenSchema, 'tokens', row.id, tokenOf(row)) }
  }
  const reserved = snapshot.selectFrom('reserved_usernames').select(reservedColumns).orderBy('id').limit(pageSize)
  for await (const row of pages((after) =>
    reserved.$if(after !== null, (rows) => rows.where('id', '>', after ?? '')).execute(),
  )) {
    yield { kind: 'reserved', record: checked(reservedSchema, 'reserved_usernames', row.id, reservedOf(row)) }
  }
  const mails = snapshot.selectFrom('mails').select(mailColumns).orderBy('id').limit(pageSize)
  for await (const row of pages((after) =>
    mails.$if(after !== null, (rows) => rows.where('id', '>', after ?? '')).execute(),
  )) {
    yield { kind: 'mail', record: checked(mailSchema, 'mails', row.id, mailOf(row)) }
  }
  const audit = snapshot.selectFrom('audit').select(auditColumns).orderBy('seq').limit(pageSize)
  for (let after = 0, isLast = false; !isLast; ) {
    const rows = await audit.where('seq', '>', after).execute()
    for (const row of rows) yield { kind: 'audit', record: checked(auditSchema, 'audit', row.id, auditOf(row)) }
    isLast = rows.length < pageSize
    after = rows.at(-1)?.seq ?? after
  }
}

/** Page after page by id, which costs the same at the end of a table as at its start. */
async function* pages<Row extends { id: string }>(read: (after: string | null) => Promise<Row[]>): AsyncGenerator<Row> {
  let rows = await read(null)
  while (rows.length > 0) {
    yield* rows
    const last = rows.at(-1)
    rows = last && rows.length === pageSize ? await read(last.id) : []
  }
}

/** All or nothing. */
export async function replaceTables(
  { db, flavour }: { db: Kysely<Tables>; flavour: Flavour },
  records: AsyncIterable<StoredRecord>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Who writes waits: what somebody else commits while this runs would stay beside it. Who reads goes on.
    if (flavour === 'postgres')
      await sql`lock table users, sessions, tokens, reserved_usernames, mails, audit_head, audit in exclusive mode`.execute(
        trx,
      )
    for (const table of ['audit', 'mails', 'reserved_usernames', 'tokens', 'sessions', 'users'] as const)
      await trx.deleteFrom(table).execute()
    for await (const some of batches(records)) await insert(trx, some)
    const last = await trx.selectFrom('audit').select(['seq', 'id']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
    await trx
      .updateTable('audit_head')
      .set(last ?? noHead)
      .execute()
    // Until it counts by itself, some minutes later, PostgreSQL would take full tables for empty ones.
    if (flavour === 'postgres')
      await sql`analyze users, sessions, tokens, reserved_usernames, mails, audit`.execute(trx)
  })
}

/** Consecutive records of one kind. */
async function* batches(records: AsyncIterable<StoredRecord>): AsyncGenerator<StoredRecord[]> {
  let batch: StoredRecord[] = []
  for await (const record of records) {
    if (batch.length === batchSize || (batch[0] && batch[0].kind !== record.kind)) {
      yield batch
      batch = []
    }
    requireTexts(record.kind, record.record.id, record.record)
    batch.push(record)
  }
  if (batch.length > 0) yield batch
}

async function insert(trx: Transaction<Tables>, batch: StoredRecord[]): Promise<void> {
  const users = batch.flatMap((stored) => (stored.kind === 'user' ? userRow(stored.record) : []))
  const sessions = batch.flatMap((stored) => {
    if (stored.kind === 'session') return sessionRow(stored.record)
    if (stored.kind !== 'ended') return []
    const { id, reason, at } = stored.record
    const times = { created_at: at, last_activity_at: at, proved_at: at, ended_at: at }
    return { id, user_id: null, user_agent: '', address: '', ...times, end_reason: reason }
  })
  const tokens = batch.flatMap((stored) => (stored.kind === 'token' ? tokenRow(stored.record) : []))
  const reserved = batch.flatMap((stored) => (stored.kind === 'reserved' ? reservedRow(stored.record) : []))
  const mails = batch.flatMap((stored) => (stored.kind === 'mail' ? mailRow(stored.record) : []))
  if (users.length > 0) await trx.insertInto('users').values(users).execute()
  if (sessions.length > 0) await trx.insertInto('sessions').values(sessions).execute()
  if (tokens.length > 0) await trx.insertInto('tokens').values(tokens).execute()
  if (reserved.length > 0) await trx.insertInto('reserved_usernames').values(reserved).execute()
  const audit = batch.flatMap((stored) => (stored.kind === 'audit' ? auditRow(stored.record) : []))
  if (mails.length > 0) await trx.insertInto('mails').values(mails).execute()
  if (audit.length > 0) await trx.insertInto('audit').values(audit).execute()
}
