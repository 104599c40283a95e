// How Kysely speaks to a pool of PostgreSQL connections: with limits to every wait, no state that outlives a
// transaction (so that a transaction-mode pooler may stand between), and the database's faults as StoreErrors.

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
  /** Between two statements of one transaction: a process that stops there must not hold up the others. */
  pauseMs: number
}

/** A page that takes longer has failed for whoever waits for it. */
const hurried: Limits = { statementMs: 5000, pauseMs: 30_000 }
/** For copying a store, and for new tables of an old one. */
const patient: Limits = { statementMs: 10 * 60_000, pauseMs: 10 * 60_000 }
const connectTimeoutMs = 5000
/** The server's own limit comes first, for after it the connection is still good; ours is for a server that is silent. */
const answerMarginMs = 1000
/** Long enough for the next visitor of a quiet site to find a connection open. */
const idleTimeoutMs = 30_000
/**
 * After a fail-over the old server may keep answering reads on connections that are open. A connection this old is
 * replaced, so that reads come from the server that the address now leads to.
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
    // A pool that ends answers nobody, not even by refusing.
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

/** Neither can be set for a connection: behind a pooler it would be lost. They are the database's, or its user's. */
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
 * PgBouncer and its like refuse a connection that names limits at its start; then only ours hold. Setting them later
 * is no way out: such a pooler gives every transaction another server connection.
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
  // The server ended a connection that nobody was using. The pool has let go of it; without a listener it would
  // bring the process down.
  pool.on('error', () => {})
  // The same for one that is in use but between two statements; the next statement will say so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Times and counts are exact as numbers; pg itself would hand out bigints as strings. */
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

  /** One connection broke: those that lie idle probably did too, and nobody should meet them one by one. */
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

/** A connection that broke, or did not answer in time, is thrown away: its next answer may be to an old question. */
function usable(client: pg.PoolClient, { description, onBreak, release }: Use): PostgresPoolClient {
  let fault: unknown = null
  async function query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    // Such as the rollback after a statement that was never answered.
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
 * SQLSTATEs after which the connection is as good as before: the statement or its values (22, 23, 42), a conflict with
 * another transaction (40), a lack of room (53, 54), a lock that somebody else holds (55P03), a time-out of the server (57014).
 */
const staysGood = /^(22|23|40|42|53|54|55P03|57014)/

/**
 * Whether to replace the connection: nothing was answered, the server is shutting down (57P01 and the like), only takes
 * reads (25006, 55000) or cannot work (58, XX). A new connection may reach a server that can.
 */
function isBreak(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || !staysGood.test(error.code ?? '')
}

/**
 * Of SQLSTATE's classes three blame the statement or its values, and so the program: data, integrity, syntax. All
 * others, and what is no answer of the server at all, are faults.
 */
function faultOf(error: unknown, description: string): unknown {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : ''
  const insufficientPrivilege = '42501'
  if (/^(22|23|42)/.test(code) && code !== insufficientPrivilege) return error
  return unavailable(`${description} cannot be used`, error)
}
