// The migrations of the tables, and the lock that serialises them. Forward only. A released migration never changes.

import { type Kysely, sql, type Transaction } from 'kysely'

import { madeByNewer, restoreElsewhere, unavailable } from '#lib/stores/errors.ts'
import { StoreError } from '#lib/stores/types.ts'

import type { Flavour } from './database.ts'
import type { Tables } from './schema.ts'

interface Words {
  /** Text that is compared bytewise like JavaScript's code points, whatever the database's locale. */
  text: string
  /** Any integer that JavaScript represents exactly. */
  int: string
  /** Table suffix that makes SQLite reject values of the wrong type. */
  strict: string
  /** The same for a table clustered by its key: one search per look-up instead of two. */
  strictByKey: string
  /** The number at `path` in a JSON text. */
  numberAt(json: string, ...path: string[]): string
}

const words: Record<Flavour, Words> = {
  sqlite: {
    text: 'text',
    int: 'integer',
    strict: ' strict',
    strictByKey: ' strict, without rowid',
    numberAt: (json, ...path) => `${json} ->> '$.${path.join('.')}'`,
  },
  postgres: {
    text: 'text collate "C"',
    int: 'bigint',
    strict: '',
    strictByKey: '',
    numberAt: (json, ...path) => `(${json}::json #>> '{${path.join(',')}}')::bigint`,
  },
}

const steps: ((words: Words) => string[])[] = [
  ({ text, int, strict, strictByKey }) => [
    `create table users (
      id ${text} not null primary key,
      username ${text} not null unique,
      password_hash ${text} not null,
      email ${text},
      email_verified_at ${int},
      role ${text} not null,
      status ${text} not null,
      full_name ${text} not null,
      bio ${text} not null,
      age ${int},
      created_at ${int} not null,
      search_text ${text} not null
    )${strict}`,
    // For the last-admin rule, which counts these.
    `create index users_active_admins on users (id) where role = 'admin' and status = 'active'`,

    `create table sessions (
      id ${text} not null primary key,
      user_id ${text} references users (id) on delete cascade,
      created_at ${int} not null,
      last_activity_at ${int} not null,
      ended_at ${int},
      end_reason ${text},
      constraint sessions_live_or_ended check (
        (user_id is not null and ended_at is null and end_reason is null) or
        (user_id is null and ended_at is not null and end_reason is not null)
      )
    )${strictByKey}`,
    `create index sessions_of_user on sessions (user_id) where user_id is not null`,
    // The expiry job finds dead sessions and old reasons by these instead of scanning the table.
    `create index sessions_by_activity on sessions (last_activity_at) where ended_at is null`,
    `create index sessions_by_start on sessions (created_at) where ended_at is null`,
    `create index sessions_by_end on sessions (ended_at) where ended_at is not null`,

    `create table tokens (
      id ${text} not null primary key,
      purpose ${text} not null,
      subject ${text} not null,
      detail ${text} not null,
      created_at ${int} not null,
      expires_at ${int} not null,
      unique (purpose, subject)
    )${strict}`,
    `create index tokens_by_expiry on tokens (expires_at)`,
  ],

  ({ text, int }) => [
    `alter table users add column password_changed_at ${int}`,
    `alter table sessions add column proved_at ${int} not null default 0`,
    `alter table sessions add column user_agent ${text} not null default ''`,
    `alter table sessions add column address ${text} not null default ''`,
  ],

  ({ text, int, strict }) => [
    `alter table users add column new_email ${text}`,
    `alter table users add column deleted_at ${int}`,
    // No version before this one verified addresses.
    `alter table users add column verified_email ${text}`,
    `create unique index users_by_verified_email on users (verified_email)`,
    `create index users_by_deletion on users (deleted_at) where deleted_at is not null`,
    `drop index users_active_admins`,
    `create index users_active_admins on users (id) where role = 'admin' and status = 'active' and deleted_at is null`,
    `create table reserved_usernames (
      id ${text} not null primary key,
      user_id ${text} not null,
      until ${int} not null
    )${strict}`,
    `create table mails (
      id ${text} not null primary key,
      sealed ${text} not null,
      created_at ${int} not null,
      due_at ${int} not null,
      attempts ${int} not null
    )${strict}`,
    `create index mails_by_due on mails (due_at)`,
    // For lib/core/rate-limits, in the format of its library. Copies and back-ups leave its counts out.
    `create table limits (key ${text} not null primary key, points integer not null, expire ${int})${strict}`,
  ],

  ({ text, int, strict }) => [
    `alter table users add column suspended_until ${int}`,
    `alter table users add column suspend_reason ${text} not null default ''`,
    `create index users_by_start on users (created_at, username)`,
    `create index users_by_suspension on users (suspended_until) where suspended_until is not null`,
    `create index tokens_by_purpose on tokens (purpose, created_at)`,
    `create table audit (
      seq ${int} not null primary key,
      at ${int} not null,
      event ${text} not null,
      outcome ${text} not null,
      actor_id ${text},
      subject_id ${text},
      detail ${text} not null,
      network ${text} not null,
      address_hash ${text} not null,
      address ${text} not null,
      address_salt ${text} not null,
      previous ${text} not null,
      id ${text} not null
    )${strict}`,
    `create index audit_by_time on audit (at, event)`,
    `create index audit_by_event on audit (event, seq)`,
    `create index audit_by_actor on audit (actor_id, seq)`,
    `create index audit_by_subject on audit (subject_id, seq)`,
    `create index audit_with_address on audit (at) where address <> ''`,
    `create table audit_head (seq ${int} not null, id ${text} not null)${strict}`,
    `insert into audit_head (seq, id) values (0, '${'0'.repeat(64)}')`,
  ],

  ({ text }) => [`alter table users add column wrong_passwords ${text}`],

  ({ text, int }) => [
    `alter table users add column recovery_generation ${int} not null default 0`,
    `alter table users add column recovery_address_verified_at ${int} not null default 0`,
    `alter table users add column former_address ${text}`,
    `alter table users add column locale ${text}`,
    `alter table users add column time_zone ${text}`,
    `alter table tokens add column issued_by ${text}`,
    `create index tokens_by_issuer on tokens (issued_by) where issued_by is not null`,
  ],

  ({ text, int }) => [
    `alter table sessions add column authentications ${text} not null default '["password"]'`,
    `alter table sessions add column password_changed_at ${int} default -1`,
  ],

  ({ text, int, strict, numberAt }) => [
    `create table lockouts (
      id ${text} not null primary key,
      user_id ${text} not null,
      about ${text} not null,
      secret_set_at ${int} not null,
      count ${int} not null,
      last_at ${int} not null
    )${strict}`,
    `create index lockouts_of_user on lockouts (user_id)`,
    ...['new', 'known'].map(
      (browser) => `insert into lockouts
        select id || ' password-${browser}', id, 'password-${browser}', coalesce(password_changed_at, 0),
          ${numberAt('wrong_passwords', browser, 'count')}, ${numberAt('wrong_passwords', browser, 'lastAt')}
        from users where ${numberAt('wrong_passwords', browser, 'count')} > 0`,
    ),
    `alter table users drop column wrong_passwords`,
  ],

  ({ text, int, strict }) => [
    `alter table users add column totp ${text}`,
    `alter table users add column recovery_codes ${text} not null default '[]'`,
    `alter table users add column passkeys ${text} not null default '[]'`,
    `alter table users add column factors_changed_at ${int}`,
    `alter table sessions add column factors_changed_at ${int}`,
    `create table credential_uses (
      id ${text} not null primary key,
      user_id ${text} not null,
      mark ${int} not null,
      used_at ${int} not null
    )${strict}`,
    `create index credential_uses_of_user on credential_uses (user_id)`,
    `create table remembered_browsers (
      id ${text} not null primary key,
      user_id ${text} not null,
      created_at ${int} not null,
      expires_at ${int} not null,
      password_changed_at ${int},
      factors_changed_at ${int},
      user_agent ${text} not null,
      address ${text} not null
    )${strict}`,
    `create index remembered_browsers_of_user on remembered_browsers (user_id)`,
    `create index remembered_browsers_by_expiry on remembered_browsers (expires_at)`,
  ],

  ({ text, int, strict }) => [
    `alter table users add column picture ${text}`,
    `create table pictures (
      id ${text} not null primary key,
      version ${text} not null,
      image ${text} not null,
      saved_at ${int} not null
    )${strict}`,
  ],
]

/** The version that this code reads and writes. */
export const schemaVersion = steps.length

/** Must differ from the lock ids of other programs in the same database: it spells "gatehous". */
const advisoryLock = 0x67_61_74_65_68_6f_75_73n

/**
 * Migrates in one transaction or not at all. Of processes that start concurrently, one migrates and the others wait.
 * Rejects with `store_damaged` when the tables are from a later version.
 */
export async function migrate(db: Kysely<Tables>, flavour: Flavour, description: string): Promise<void> {
  try {
    // Most starts find nothing to do and then need neither the lock nor permission to create tables.
    if ((await readVersion(db).catch(() => null)) === schemaVersion) return
    await db.transaction().execute(async (trx) => {
      // A transaction-level lock: a pooler may hand the session to another client. SQLite has a single writer anyway.
      if (flavour === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLock.toString()})`.execute(trx)
      const { int, strict } = words[flavour]
      await sql.raw(`create table if not exists gatehouse_schema (version ${int} not null)${strict}`).execute(trx)
      const found = (await readVersion(trx)) ?? 0
      refuseNewer(found, description)
      for (const step of steps.slice(found)) {
        for (const statement of step(words[flavour])) await sql.raw(statement).execute(trx)
      }
      await trx.deleteFrom('gatehouse_schema').execute()
      await trx.insertInto('gatehouse_schema').values({ version: schemaVersion }).execute()
    })
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw unavailable(`The tables of ${description} cannot be brought up to date`, cause)
  }
}

/** For readers: rejects unless the tables have exactly this version. */
export async function requireVersion(db: Kysely<Tables>, description: string): Promise<void> {
  const found = await readVersion(db).catch((cause: unknown) => {
    if (cause instanceof StoreError) throw cause
    throw unavailable(`${description} is not a store of Gatehouse`, cause)
  })
  if (found === null) throw new StoreError('store_unavailable', `${description} is not a store of Gatehouse.`)
  refuseNewer(found, description)
  if (found < schemaVersion) {
    throw new StoreError(
      'store_unavailable',
      `${description} was made by an older Gatehouse (schema ${found}; this one reads ${schemaVersion}). Start the server on it once, which brings it up to date.`,
    )
  }
}

/** Null when the row is missing. */
async function readVersion(db: Kysely<Tables> | Transaction<Tables>): Promise<number | null> {
  const row = await db.selectFrom('gatehouse_schema').select('version').executeTakeFirst()
  return row?.version ?? null
}

function refuseNewer(found: number, description: string): void {
  if (found <= schemaVersion) return
  throw madeByNewer(description, `schema ${found}; this one knows ${schemaVersion}`, restoreElsewhere)
}
