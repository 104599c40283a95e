// What the two databases are to the stores above them, and the few words in which their SQL differs.

import { type Expression, type Kysely, type RawBuilder, sql } from 'kysely'

import type { Tables } from './schema.ts'

export type Flavour = 'sqlite' | 'postgres'

export interface Connection {
  readonly db: Kysely<Tables>
  /** May be called twice. */
  close(): Promise<void>
}

/** Whatever is asked of it rejects with a StoreError `store_unavailable` when the database can't, also once closed. */
export interface SqlDatabase extends Connection {
  readonly flavour: Flavour
  /** For what only reads: it never waits behind a write. */
  readonly reads: Kysely<Tables>
  /** For the operator, without a password. */
  readonly description: string
  /** A connection of its own that only reads, and may take minutes. */
  openForReading(): Promise<Connection>
  /** A connection on which one transaction may take minutes. */
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

/** Whether the text has the part in it, letter by letter: neither is a pattern. */
export function contains(flavour: Flavour, text: Expression<string>, part: string): RawBuilder<boolean> {
  return flavour === 'sqlite' ? sql`instr(${text}, ${part}) > 0` : sql`strpos(${text}, ${part}) > 0`
}

interface Lockable {
  forNoKeyUpdate(): this
  skipLocked(): this
}

/**
 * Nobody else changes the rows until the transaction is over. In SQLite nobody does anyway, who writes is alone; a
 * session of a locked person can still be inserted.
 */
export function locked<Query extends Lockable>(flavour: Flavour, rows: Query): Query {
  return flavour === 'sqlite' ? rows : rows.forNoKeyUpdate()
}

/** The same, without those that somebody else has locked. */
export function lockedOrSkipped<Query extends Lockable>(flavour: Flavour, rows: Query): Query {
  return flavour === 'sqlite' ? rows : rows.forNoKeyUpdate().skipLocked()
}
