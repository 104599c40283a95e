// How Kysely speaks to one better-sqlite3 connection: every transaction that may write takes the write lock when it
// begins, statements are prepared once, waiting holds up nobody else, and the database's faults are StoreErrors.

import { setTimeout } from 'node:timers/promises'

import SqliteDatabase from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

import { unavailable } from '#lib/stores/errors.ts'

import type { Tables } from './schema.ts'

/** Closing the connection is the caller's; queries then reject. */
export function kyselyOnSqlite(raw: SqliteDatabase.Database, description: string): Kysely<Tables> {
  return new Kysely({ dialect: sqliteDialect(raw, description) })
}

function sqliteDialect(raw: SqliteDatabase.Database, description: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => sqliteDriver(raw, description),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** Kysely gives the one connection to one caller at a time, for as long as its transaction lasts. */
function sqliteDriver(raw: SqliteDatabase.Database, description: string): Driver {
  const connection = sqliteConnection(raw, description)
  const execute = async (statement: string) => {
    await connection.executeQuery(CompiledQuery.raw(statement))
  }
  return {
    async init() {},
    acquireConnection: async () => connection,
    // Without `immediate`, one that reads and then writes fails when another process wrote in between.
    beginTransaction: (_, { accessMode }) => execute(accessMode === 'read only' ? 'begin' : 'begin immediate'),
    commitTransaction: () => execute('commit'),
    async rollbackTransaction() {
      // SQLite itself has rolled back after some faults, such as a full disk.
      if (raw.open && raw.inTransaction) await execute('rollback')
    },
    async releaseConnection() {},
    async destroy() {},
  }
}

/**
 * How long to wait for another process that is writing. SQLite's own waiting would stop this whole process, also for
 * pages that need no database, and for ever if what it waits for is another connection of this very process.
 */
const busyTimeoutMs = 5000
const busyPauseMs = 5
/** Nobody tried for this long: whoever meets the lock next meets it anew. */
const forgetBusyMs = 1000

/** Far more than the code has; those of `in (?, ?, …)` come in every length. */
const mostStatements = 200

function sqliteConnection(raw: SqliteDatabase.Database, description: string): DatabaseConnection {
  const lock = createPatience()
  const statements = new Map<string, SqliteDatabase.Statement<unknown[]>>()

  /** Preparing costs as much as a small query does. */
  function prepare(text: string): SqliteDatabase.Statement<unknown[]> {
    let statement = statements.get(text)
    if (statement === undefined) {
      statement = raw.prepare<unknown[]>(text)
      if (statements.size >= mostStatements) statements.clear()
      statements.set(text, statement)
    }
    return statement
  }

  function execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const statement = prepare(sql)
    // The type is the caller's word for what it selects, as with every query builder.
    if (statement.reader) return { rows: statement.all(...parameters) as Row[] }
    return { numAffectedRows: BigInt(statement.run(...parameters).changes), rows: [] }
  }

  return {
    async executeQuery<Row>(query: CompiledQuery) {
      for (;;) {
        try {
          return execute<Row>(query)
        } catch (error) {
          // It has done nothing yet: the write lock is taken before anything else.
          if (!isBusy(error) || lock.isOver()) {
            throw isFault(error) || !raw.open ? unavailable(`${description} cannot be used`, error) : error
          }
        }
        await setTimeout(busyPauseMs)
      }
    },
    streamQuery() {
      throw new Error('Rows are read page by page, not streamed.')
    },
  }
}

/**
 * One for all who wait on a connection, for they wait behind each other: when the first has waited long enough, so have
 * the others.
 */
function createPatience(): { isOver(): boolean } {
  let busySince = 0
  let lastBusyAt = Number.NEGATIVE_INFINITY
  return {
    isOver() {
      const now = performance.now()
      if (now - lastBusyAt > forgetBusyMs) busySince = now
      lastBusyAt = now
      return now - busySince >= busyTimeoutMs
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/** Codes that blame the statement or its values, and so the program. Everything else is the disk, a lock or the file. */
const ofTheProgram = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG|MISUSE)/

function isFault(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && !ofTheProgram.test(error.code)
}
