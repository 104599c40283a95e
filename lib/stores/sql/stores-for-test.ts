// Fresh databases for tests, opened like the server does; closed and removed after the test.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import { onTestFinished } from 'vitest'

import type { StoreLog } from '#lib/stores/log.ts'
import type { Stores } from '#lib/stores/types.ts'

import { openPostgresStores, openSqliteStores } from './open.ts'
import { createDatabase } from './postgres-for-test.ts'

export interface LogLine {
  level: keyof StoreLog
  fields: object
  message: string
}

export function logTo(lines: LogLine[] = []): StoreLog {
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-sql-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the same database on each call, as another process would. */
export interface TestDatabaseOfOneKind {
  /** The location as a setting. */
  location: string
  open(options?: { log?: LogLine[]; poolSize?: number }): Promise<Stores>
}

export async function freshSqlite(): Promise<TestDatabaseOfOneKind> {
  const path = join(await freshFolder(), 'site.db')
  return {
    location: path,
    open: async ({ log } = {}) => closedLater(await openSqliteStores({ path, log: logTo(log) })),
  }
}

export async function freshPostgres(): Promise<TestDatabaseOfOneKind> {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  return {
    location: url,
    open: async ({ log, poolSize = 10 } = {}) =>
      closedLater(await openPostgresStores({ url, poolSize, log: logTo(log) })),
  }
}

/** Tests for both databases beyond the contract. */
export const bothKinds = [
  ['SQLite', freshSqlite],
  ['PostgreSQL', freshPostgres],
] as const

/** Another program's access to the database. */
export async function execute(location: string, statement: string): Promise<void> {
  if (location.startsWith('postgres')) {
    const client = new pg.Client({ connectionString: location })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  } else {
    const raw = new SqliteDatabase(location)
    raw.exec(statement)
    raw.close()
  }
}

function closedLater(stores: Stores): Stores {
  onTestFinished(() => stores.close())
  return stores
}
