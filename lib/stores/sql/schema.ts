// The tables as the code sees them. Columns and conversion of rows follow from the schemas of kinds.ts; migrations.ts
// creates the tables.

import type { ColumnType } from 'kysely'
import { z } from 'zod'

import { innerOf, type KindName, kindNames, kinds, type RecordOf, type Snake, snakeCase } from '#lib/stores/kinds.ts'
import { searchText, verifiedKey } from '#lib/stores/records.ts'
import type { AuditHead, EndedSession, EndReason, SessionRecord, StoredRecord, UserRecord } from '#lib/stores/types.ts'

export interface Tables {
  users: UserRow
  sessions: SessionRow
  tokens: RowOf<RecordOf<'token'>>
  reserved_usernames: RowOf<RecordOf<'reserved'>>
  mails: RowOf<RecordOf<'mail'>>
  lockouts: RowOf<RecordOf<'lockout'>>
  credential_uses: RowOf<RecordOf<'credentialUse'>>
  pictures: RowOf<RecordOf<'picture'>>
  audit: RowOf<RecordOf<'audit'>>
  /** One row: the last entry ever added. */
  audit_head: AuditHead
  /** One row. */
  gatehouse_schema: { version: number }
}

/** For queries on the table of any kind. */
export type AnyTables = Record<string, Record<string, unknown>>

type IsGroup<Value> = Value extends object ? (Value extends readonly unknown[] ? false : true) : false

/** A group of fields has a column for each. Other objects and lists are JSON in a text column. */
type Flat<Fields> = {
  [Name in keyof Fields & string as IsGroup<Fields[Name]> extends true ? never : Snake<Name>]: [
    Extract<Fields[Name], object>,
  ] extends [never]
    ? Fields[Name]
    : string | Extract<Fields[Name], null>
}
type Groups<Fields> = {
  [Name in keyof Fields]: IsGroup<Fields[Name]> extends true ? (group: Flat<Fields[Name]>) => void : never
}[keyof Fields]
export type RowOf<Fields> = Flat<Fields> &
  ([Groups<Fields>] extends [never] ? unknown : Groups<Fields> extends (group: infer All) => void ? All : never)

/** Computed columns that the database searches and compares by, see records.ts. */
export type UserRow = RowOf<UserRecord> & { verified_email: string | null; search_text: string }

/** Live or ended. An ended row keeps only its id, reason and time. */
export type SessionRow = Omit<RowOf<SessionRecord>, 'user_id'> & {
  /** A string whenever `ended_at` is null; the table checks that. */
  user_id: ColumnType<string, string | null, string | null>
  ended_at: number | null
  end_reason: EndReason | null
}

interface Column {
  name: string
  path: readonly string[]
  isJson: boolean
}

function* columnsOf(schema: z.ZodObject, group: readonly string[] = []): Generator<Column> {
  for (const [field, value] of Object.entries(schema.shape)) {
    const path = [...group, field]
    if (value instanceof z.ZodObject) yield* columnsOf(value, path)
    else {
      const inner = innerOf(value)
      yield {
        name: snakeCase(field),
        path,
        isJson: [z.ZodObject, z.ZodArray, z.ZodRecord].some((type) => inner instanceof type),
      }
    }
  }
}

interface Mapping<Kept> {
  columns: readonly (keyof RowOf<Kept> & string)[]
  toRow(record: Kept): RowOf<Kept>
  toRecord(row: RowOf<Kept>): Kept
}

function mappingOf<Name extends KindName>(name: Name): Mapping<RecordOf<Name>> {
  const columns = [...columnsOf(kinds[name].schema)]
  const valueAt = (record: unknown, path: readonly string[]) =>
    path.reduce((value, field) => (value as Record<string, unknown>)[field], record)
  const mapping = {
    columns: columns.map((column) => column.name),
    toRow: (record: unknown) =>
      Object.fromEntries(
        columns.map((column) => {
          const value = valueAt(record, column.path)
          return [column.name, column.isJson && value !== null ? JSON.stringify(value) : value]
        }),
      ),
    toRecord(row: Record<string, unknown>) {
      const record: Record<string, unknown> = {}
      for (const column of columns) {
        const value = row[column.name]
        const [field = '', inGroup] = column.path
        const stored = column.isJson && typeof value === 'string' ? JSON.parse(value) : value
        if (inGroup === undefined) record[field] = stored
        else record[field] = { ...(record[field] as object | undefined), [inGroup]: stored }
      }
      return record
    },
  }
  return mapping as unknown as Mapping<RecordOf<Name>>
}

export const mappings = Object.fromEntries(kindNames.map((name) => [name, mappingOf(name)])) as {
  readonly [Name in KindName]: Mapping<RecordOf<Name>>
}

export const { columns: userColumns, toRecord: userOf } = mappings.user
export const { columns: sessionColumns, toRecord: sessionOf } = mappings.session

export function userRow(user: UserRecord): UserRow {
  return { ...mappings.user.toRow(user), verified_email: verifiedKey(user), search_text: searchText(user) }
}

export function sessionRow(session: SessionRecord) {
  return { ...mappings.session.toRow(session), ended_at: null, end_reason: null }
}

/** The row of a record of any kind. */
export function rowOf({ kind, record }: StoredRecord): object {
  if (kind === 'user') return userRow(record)
  if (kind === 'session') return sessionRow(record)
  if (kind === 'ended') return endedRow(record)
  const { toRow } = mappings[kind] as Mapping<unknown>
  return toRow(record)
}

function endedRow({ id, reason, at }: EndedSession) {
  const times = { created_at: at, last_activity_at: at, proved_at: at, ended_at: at }
  return { id, user_id: null, user_agent: '', address: '', ...times, end_reason: reason }
}
