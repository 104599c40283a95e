// Connects Kysely to a pool of PostgreSQL connections: bounds every wait, keeps no state beyond a transaction (so that
// a transaction-mode pooler works) and turns database errors into StoreErrors.

import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'

import { outsideOfRequests } from '#lib/core/request-context.ts'
import { unavailable } from '#lib/stores/errors.ts'
import { describeStoreLocation, isExposed } from '#lib/stores/location.ts'
import type { StoreLog } from '#lib/stores/log.ts'

import type { Connection, SqlDatabase } from './database.ts'
import { migrate } from './migrations.ts'
import type { Tables } from './schema.ts'

interface Limits {
  statementMs: number
  /** Between two statements of a transaction, so that a stalled process does not block others. */
  pauseMs: number
}

/** The user of a slower page has given up. */
const hurried: Limits = { statementMs: 5000, pauseMs: 30_000 }
/** For copying a store, and for migrations. */
const patient: Limits = { statementMs: 10 * 60_000, pauseMs: 10 * 60_000 }
const connectTimeoutMs = 5000
/** The server's own limit fires first, because the connection stays usable then. Ours is for an unresponsive server. */
const answerMarginMs = 1000
/** Long enough that the next visitor of a quiet site finds an open connection. */
const idleTimeoutMs = 30_000
/**
 * After a fail-over the old server may still answer reads on open connections. Replacing connections at this age moves
 * reads to the new server.
 */
const maxConnectionAgeSeconds = 60

export async function openPostgres(url: string, poolSize: number, log: StoreLog): Promise<SqlDatabase> {
  const description = describeStoreLocation({ driver: 'postgres', url })
  if (isExposed(url)) {
    log.warn(
      { event: 'database_way_open', store: description },
      `${description} is reached without TLS, or with nobody checking its certificate, because its address says so.`,
    )
  }
  const limitsOnServer = await acceptsLimits(url, description)
  const migrating = openPatiently(url, limitsOnServer, description)
  await migrate(migrating.db, 'postgres', description).finally(migrating.close)
  const pool = createPool({ url, size: poolSize, limits: hurried, limitsOnServer })
  pool.on('error', (err) => log.warn({ event: 'database_connection_ended', err }, 'PostgreSQL ended a connection.'))
  await lookAtSettings(pool, description, log).catch(async (cause: unknown) => {
    await pool.end()
    throw cause
  })
  const connect = async () => {
    // A pool that is ending answers no query, not even with an error.
    if (pool.ending) throw unavailable(`${description} cannot be used`, 'it was closed')
    return openPatiently(url, limitsOnServer, description)
  }
  const db = kyselyOnPool(pool, description)
  return {
    flavour: 'postgres',
    description,
    db,
    reads: db,
    close: closing(pool),
    openForReading: connect,
    openForMoving: connect,
  }
}

/** Neither can be set per connection, which a pooler would lose. They are settings of the database or its user. */
async function lookAtSettings(pool: pg.Pool, description: string, log: StoreLog): Promise<void> {
  const { rows } = await pool
    .query<{ commit: string; readonly: string }>(
      "select current_setting('synchronous_commit') as commit, current_setting('transaction_read_only') as readonly",
    )
    .catch((cause: unknown) => {
      throw faultOf(cause, description)
    })
  if (rows[0]?.readonly === 'on') throw unavailable(`${description} cannot be used`, 'it may only be read')
  if (rows[0]?.commit !== 'off') return
  log.warn(
    { event: 'database_not_durable', store: description },
    `${description} has synchronous_commit = off: a crash of the database can lose what this site said was saved. Set it to on.`,
  )
}

/** One connection, on which a statement may take minutes. */
export async function openPostgresForReading(url: string, description: string): Promise<Connection> {
  return openPatiently(url, await acceptsLimits(url, description), description)
}

function openPatiently(url: string, limitsOnServer: boolean, description: string): Connection {
  const pool = createPool({ url, size: 1, limits: patient, limitsOnServer })
  return { db: kyselyOnPool(pool, description), close: closing(pool) }
}

/**
 * PgBouncer and similar poolers reject connections that set limits at start; then only our own apply. Setting them
 * later does not work either, because each transaction gets another server connection.
 */
async function acceptsLimits(url: string, description: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    ...parametersOf(hurried),
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && /unsupported startup parameter/.test(cause.message)) return false
    const isPlain = cause instanceof Error && /does not support SSL/.test(cause.message)
    throw unavailable(`${description} cannot be used`, isPlain ? new Error(plainServer, { cause }) : cause)
  } finally {
    await client.end().catch(() => {})
  }
}

const plainServer =
  'The server does not support SSL connections. Give it a certificate, or, on a network that nobody else is on, add ?sslmode=disable to its address'

function parametersOf({ statementMs, pauseMs }: Limits): pg.ClientConfig {
  return { statement_timeout: statementMs, idle_in_transaction_session_timeout: pauseMs }
}

interface PoolOptions {
  url: string
  size: number
  limits: Limits
  limitsOnServer: boolean
}

function createPool({ url, size, limits, limitsOnServer }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds: maxConnectionAgeSeconds,
    keepAlive: true,
    query_timeout: limits.statementMs + answerMarginMs,
    ...(limitsOnServer ? parametersOf(limits) : {}),
    types: { getTypeParser },
  })
  // The server closed an idle connection. The pool already dropped it; without a listener the error would crash the
  // process.
  pool.on('error', () => {})
  // The same between two statements of a transaction; the next statement reports it.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Times and counts are exact as numbers. pg would return bigints as strings. */
const getTypeParser: typeof pg.types.getTypeParser = (type, format) =>
  type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)

function closing(pool: pg.Pool): () => Promise<void> {
  return async () => {
    if (!pool.ending) await pool.end()
  }
}

function kyselyOnPool(pool: pg.Pool, description: string): Kysely<Tables> {
  let trusted = new WeakSet<pg.PoolClient>()
  pool.on('connect', (client) => trusted.add(client))

  /**
   * After one broken connection, the idle ones are probably broken too. Drop them together instead of failing one
   * request each.
   */
  function distrustAll(): void {
    trusted = new WeakSet()
  }

  async function connect(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await outsideOfRequests(() => pool.connect())
      if (trusted.has(client)) return client
      client.release(true)
    }
  }

  const release = (client: pg.PoolClient, destroy: boolean) => outsideOfRequests(() => client.release(destroy))

  const connecting: PostgresPool = {
    options: pool.options,
    end: async () => {},
    connect: async () => {
      try {
        return usable(await connect(), { description, onBreak: distrustAll, release })
      } catch (cause) {
        throw faultOf(cause, description)
      }
    },
  }
  return new Kysely({ dialect: new PostgresDialect({ pool: connecting }) })
}

interface Use {
  description: string
  onBreak(): void
  release(client: pg.PoolClient, destroy: boolean): void
}

/** Discard a connection that broke or timed out: its next answer may belong to an old query. */
function usable(client: pg.PoolClient, { description, onBreak, release }: Use): PostgresPoolClient {
  let fault: unknown = null
  async function query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    // Such as the rollback after a statement without an answer.
    if (fault !== null) throw fault
    try {
      return await client.query(text, [...parameters])
    } catch (cause) {
      const error = faultOf(cause, description)
      if (isBreak(cause)) {
        fault = error
        onBreak()
      }
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => release(client, destroy === true || fault !== null),
  }
}

/**
 * SQLSTATEs that leave the connection usable: the statement or its values (22, 23, 42), a conflict with another
 * transaction (40), lack of resources (53, 54), a lock held by another (55P03), a time-out of the server (57014).
 */
const staysGood = /^(22|23|40|42|53|54|55P03|57014)/

/**
 * Whether to replace the connection: no answer, a server that shuts down (57P01 and similar), is read-only (25006,
 * 55000) or broken (58, XX). A new connection may reach a working server.
 */
function isBreak(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || !staysGood.test(error.code ?? '')
}

/**
 * Three SQLSTATE classes (data, integrity, syntax) blame the statement or its values and so are bugs. All others, and
 * errors without a SQLSTATE, are database failures.
 */
function faultOf(error: unknown, description: string): unknown {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : ''
  const insufficientPrivilege = '42501'
  if (/^(22|23|42)/.test(code) && code !== insufficientPrivilege) return error
  return unavailable(`${description} cannot be used`, error)
}
