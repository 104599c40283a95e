// Connects Kysely to one better-sqlite3 connection: takes the write lock at the start of each write transaction,
// prepares statements once, waits without blocking the process, and turns database errors into StoreErrors.

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

/** The caller closes the connection; queries then reject. */
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

/** Kysely gives the connection to one caller at a time, for the length of its transaction. */
function sqliteDriver(raw: SqliteDatabase.Database, description: string): Driver {
  const connection = sqliteConnection(raw, description)
  const execute = async (statement: string) => {
    await connection.executeQuery(CompiledQuery.raw(statement))
  }
  return {
    async init() {},
    acquireConnection: async () => connection,
    // Without `immediate`, a transaction that reads before it writes fails when another process wrote in between.
    beginTransaction: (_, { accessMode }) => execute(accessMode === 'read only' ? 'begin' : 'begin immediate'),
    commitTransaction: () => execute('commit'),
    async rollbackTransaction() {
      // SQLite already rolled back after some errors, such as a full disk.
      if (raw.open && raw.inTransaction) await execute('rollback')
    },
    async releaseConnection() {},
    async destroy() {},
  }
}

/**
 * How long to wait for another process that writes. SQLite's own waiting would block this process, also for pages
 * without a database, and forever if another connection of this process has the lock.
 */
const busyTimeoutMs = 5000
const busyPauseMs = 5
/** After this pause without an attempt, the next one starts a new wait. */
const forgetBusyMs = 1000

/** Far more than the code has. Statements with `in (?, ?, …)` come in every length. */
const mostStatements = 200

function sqliteConnection(raw: SqliteDatabase.Database, description: string): DatabaseConnection {
  const lock = createPatience()
  const statements = new Map<string, SqliteDatabase.Statement<unknown[]>>()

  /** Cached, because preparing costs as much as a small query. */
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
    // The caller states the type of the rows, as with every query builder.
    if (statement.reader) return { rows: statement.all(...parameters) as Row[] }
    return { numAffectedRows: BigInt(statement.run(...parameters).changes), rows: [] }
  }

  return {
    async executeQuery<Row>(query: CompiledQuery) {
      for (;;) {
        try {
          return execute<Row>(query)
        } catch (error) {
          // Retrying is safe: the write lock is the first step of the transaction.
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

/** One deadline for all waiters of a connection. They queue behind each other, so they time out together. */
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

/**
 * Codes that blame the statement or its values and so are bugs. All others are failures of the disk, a lock or the
 * file.
 */
const ofTheProgram = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG|MISUSE)/

function isFault(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && !ofTheProgram.test(error.code)
}
