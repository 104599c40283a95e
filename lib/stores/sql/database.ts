// What the SQL stores need of a database, and the expressions in which SQLite and PostgreSQL differ.

import { type Expression, type Kysely, type RawBuilder, sql } from 'kysely'

import type { Tables } from './schema.ts'

export type Flavour = 'sqlite' | 'postgres'

export interface Connection {
  readonly db: Kysely<Tables>
  /** May be called twice. */
  close(): Promise<void>
}

/** Queries reject with a StoreError `store_unavailable` when the database fails or is closed. */
export interface SqlDatabase extends Connection {
  readonly flavour: Flavour
  /** For queries that only read. Never waits for a write. */
  readonly reads: Kysely<Tables>
  /** For the operator, without a password. */
  readonly description: string
  /** A separate read-only connection that may take minutes. */
  openForReading(): Promise<Connection>
  /** A connection for one transaction that may take minutes. */
  openForMoving(): Promise<Connection>
}

/** The later of the two times. */
export function latest(flavour: Flavour, time: Expression<number>, other: number): RawBuilder<number> {
  return flavour === 'sqlite' ? sql`max(${time}, ${other})` : sql`greatest(${time}, ${other})`
}

/** The earlier of the two times. */
export function earliest(flavour: Flavour, time: Expression<number>, other: number): RawBuilder<number> {
  return flavour === 'sqlite' ? sql`min(${time}, ${other})` : sql`least(${time}, ${other})`
}

/** Whether the text contains the part literally: neither is a pattern. */
export function contains(flavour: Flavour, text: Expression<string>, part: string): RawBuilder<boolean> {
  return flavour === 'sqlite' ? sql`instr(${text}, ${part}) > 0` : sql`strpos(${text}, ${part}) > 0`
}

interface Lockable {
  forNoKeyUpdate(): this
  skipLocked(): this
}

/**
 * Locks the rows until the transaction ends. SQLite has a single writer and needs no lock. Sessions of a locked user
 * can still be inserted.
 */
export function locked<Query extends Lockable>(flavour: Flavour, rows: Query): Query {
  return flavour === 'sqlite' ? rows : rows.forNoKeyUpdate()
}

/** The same, but skips rows that another transaction has locked. */
export function lockedOrSkipped<Query extends Lockable>(flavour: Flavour, rows: Query): Query {
  return flavour === 'sqlite' ? rows : rows.forNoKeyUpdate().skipLocked()
}
