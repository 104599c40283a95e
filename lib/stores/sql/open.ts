// Opens the stores of a SQLite or PostgreSQL database.

import { tokenStoreOf } from '#lib/stores/collection.ts'
import { unavailable } from '#lib/stores/errors.ts'
import { describeStoreLocation } from '#lib/stores/location.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { createReadinessCheck } from '#lib/stores/readiness.ts'
import type { StoredRecord, StoreReader, Stores } from '#lib/stores/types.ts'
import { createAuditStore, findAuditHead } from './audit.ts'
import { createCollections } from './collections.ts'
import { createCredentialUseStore } from './credential-uses.ts'
import type { Connection, SqlDatabase } from './database.ts'
import { createLockoutStore } from './lockouts.ts'
import { createMailStore } from './mails.ts'
import { requireVersion, schemaVersion } from './migrations.ts'
import { dumpTables, replaceTables } from './move.ts'
import { createPendingEnds } from './pending-ends.ts'
import { openPostgres, openPostgresForReading } from './postgres.ts'
import { createSessionStore, recordEnds } from './sessions.ts'
import { openSqlite, openSqliteForReading } from './sqlite-file.ts'
import { createUserStore } from './users.ts'

export async function openSqliteStores({ path, log }: { path: string; log: StoreLog }): Promise<Stores> {
  return storesOf(await openSqlite(path, log), log)
}

export async function openPostgresStores(options: { url: string; poolSize: number; log: StoreLog }): Promise<Stores> {
  return storesOf(await openPostgres(options.url, options.poolSize, options.log), options.log)
}

/** Also checks the whole file for damage. */
export async function openSqliteReader(path: string): Promise<StoreReader> {
  const description = describeStoreLocation({ driver: 'sqlite', path })
  return readerOf(await openSqliteForReading(path, 'integrity_check', description), description)
}

export async function openPostgresReader(url: string): Promise<StoreReader> {
  const description = describeStoreLocation({ driver: 'postgres', url })
  return readerOf(await openPostgresForReading(url, description), description)
}

async function readerOf(connection: Connection, description: string): Promise<StoreReader> {
  try {
    await requireVersion(connection.db, description)
  } catch (error) {
    await connection.close()
    throw error
  }
  return {
    description,
    dump: () => dumpTables(connection.db, description),
    findAuditHead: () => findAuditHead(connection.db),
    close: connection.close,
  }
}

function storesOf(database: SqlDatabase, log: StoreLog): Stores {
  const { db, description } = database
  const collections = createCollections(database)
  const pending = createPendingEnds((ids, reason, at) => recordEnds(database, ids, reason, at), log)
  const checkReady = createReadinessCheck(
    async () => {
      await pending.flush()
      // Change a value and change it back, which tests a commit and leaves no trace. Without a change SQLite writes
      // nothing and would not notice a full disk.
      const isOurs = await db.transaction().execute(async (trx) => {
        const change = (from: number, to: number) =>
          trx.updateTable('gatehouse_schema').set({ version: to }).where('version', '=', from).executeTakeFirst()
        const { numUpdatedRows } = await change(schemaVersion, -schemaVersion)
        await change(-schemaVersion, schemaVersion)
        return numUpdatedRows === 1n
      })
      if (!isOurs) await requireVersion(db, description)
    },
    { store: description },
    log,
  )
  let closing: Promise<void> | null = null

  return {
    description,
    users: createUserStore(database),
    sessions: createSessionStore(database, pending),
    tokens: tokenStoreOf(collections.token),
    mails: createMailStore(database, collections.mail),
    lockouts: createLockoutStore(database, collections.lockout),
    credentialUses: createCredentialUseStore(database, collections.credentialUse),
    audit: createAuditStore(database),
    collections,
    findAuditHead: () => findAuditHead(database.reads),
    async *dump() {
      const { db, close } = await database.openForReading()
      try {
        for await (const stored of dumpTables(db, description)) yield endedHere(stored)
      } finally {
        await close()
      }
    },
    async replaceAll(records) {
      const { db, close } = await database.openForMoving()
      await replaceTables({ db, flavour: database.flavour }, records).finally(close)
      pending.forget()
    },
    async checkReady() {
      if (closing) throw unavailable(`${description} cannot be used`, 'it was closed')
      await checkReady()
    },
    close() {
      closing ??= pending.close().finally(database.close)
      return closing
    },
  }

  /** A copy must not revive a session whose end the database has not recorded yet. */
  function endedHere(stored: StoredRecord): StoredRecord {
    const end = stored.kind === 'session' ? pending.get(stored.record.id) : undefined
    return end ? { kind: 'ended', record: { ...end } } : stored
  }
}
