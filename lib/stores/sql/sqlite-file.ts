// The SQLite file: creates it atomically, closes it to other accounts, and checks it before the first write.

import { lstatSync } from 'node:fs'
import { access, chmod, constants, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import SqliteDatabase from 'better-sqlite3'

import { createFile, makeFolder } from '#lib/core/files/durable-file.ts'
import { isPermissionError } from '#lib/core/files/file-owner.ts'
import * as errors from '#lib/stores/errors.ts'
import { messageOf, notPermitted, unavailable } from '#lib/stores/errors.ts'
import { describeStoreLocation } from '#lib/stores/location.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { StoreError } from '#lib/stores/types.ts'

import type { Connection, SqlDatabase } from './database.ts'
import { migrate } from './migrations.ts'
import { kyselyOnSqlite } from './sqlite.ts'

/** How long opening waits for another process that writes. Afterwards sqlite.ts waits. */
const busyTimeoutMs = 5000

/** Creates the file if missing and migrates its tables. */
export async function openSqlite(path: string, log: StoreLog): Promise<SqlDatabase> {
  const description = describeStoreLocation({ driver: 'sqlite', path })
  try {
    await makeFolder(dirname(path))
    if (!(await exists(path))) {
      // The -wal has the file's last writes, so the file was moved or deleted without it.
      // Check again, because another process may have created both meanwhile.
      if ((await exists(`${path}-wal`)) && !(await exists(path)))
        throw damaged(path, `it is missing, though ${basename(path)}-wal is there`)
      await createEmpty(path)
    }
    await removeLeftovers(path)
    await closeToOthers(path, log)
    // SQLite's own message only says that it cannot open the file.
    await access(dirname(path), constants.R_OK | constants.W_OK | constants.X_OK)
    for (const file of [path, `${path}-wal`, `${path}-shm`]) await requireAccess(file)
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    if (isPermissionError(cause)) throw notPermitted(faultyPath(cause, path), cause, await ownedFiles(path))
    throw unavailable(`${path} cannot be used`, cause)
  }
  // Check through a read-only connection, so that a damaged file stays as it is for a rescue.
  const looking = await openSqliteForReading(path, 'quick_check', description)
  await looking.close()

  const raw = open(path, { readonly: false })
  const reading = open(path, { readonly: true })
  const db = kyselyOnSqlite(raw, description)
  const close = async () => {
    reading.close()
    // Last, because it cleans up after the others.
    raw.close()
  }
  try {
    setUp(raw, path)
    await migrate(db, 'sqlite', description)
  } catch (error) {
    await close()
    throw error
  }
  return {
    flavour: 'sqlite',
    description,
    db,
    reads: kyselyOnSqlite(reading, description),
    // Queue behind running transactions.
    close: () => db.connection().execute(close),
    openForReading: async () => {
      if (!raw.open) throw unavailable(`${description} cannot be used`, 'it was closed')
      return openSqliteForReading(path, null, description)
    },
    // Use the same connection: a second one would wait for the first and block this process.
    openForMoving: async () => ({ db, close: async () => {} }),
  }
}

/** Two levels of checks. The second also compares each index with its table and takes about twice as long. */
type Check = 'quick_check' | 'integrity_check'

/** Changes nothing in the file, and works beside a running server. */
export async function openSqliteForReading(
  path: string,
  check: Check | null,
  description: string,
): Promise<Connection> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unavailable(`${path} cannot be read`, cause)
  })
  await access(path, constants.R_OK).catch(async (cause: unknown) => {
    throw notPermitted(path, cause, await ownedFiles(path))
  })
  // Gatehouse never creates an empty file, so it was truncated and users would be missing.
  if (found.size === 0) throw damaged(path, 'it is empty')
  const wasAtRest = !(await exists(`${path}-wal`))
  const raw = open(path, { readonly: true })
  const close = async () => {
    if (!raw.open) return
    raw.close()
    if (wasAtRest) tidyUp(path)
  }
  try {
    if (check !== null) findDamage(raw, path, check)
    return { db: kyselyOnSqlite(raw, description), close }
  } catch (error) {
    await close()
    throw error
  }
}

function open(path: string, { readonly }: { readonly: boolean }): SqliteDatabase.Database {
  try {
    return new SqliteDatabase(path, { readonly, fileMustExist: true, timeout: busyTimeoutMs })
  } catch (cause) {
    throw unavailable(`${path} cannot be opened`, cause)
  }
}

function setUp(raw: SqliteDatabase.Database, path: string): void {
  let mode: unknown
  try {
    mode = raw.pragma('journal_mode = WAL', { simple: true })
    // FULL: a commit must be on disk before the answer. WAL's usual NORMAL loses the last commits in a power cut.
    raw.pragma('synchronous = FULL')
    raw.pragma('foreign_keys = ON')
    // SQLite silently opens an unwritable file as read-only and reports it at the first write. After a temporary error,
    // the site would answer but never save again.
    raw.pragma('user_version = 0')
    raw.pragma('busy_timeout = 0')
  } catch (cause) {
    throw unavailable(`${path} cannot be used`, cause)
  }
  if (mode !== 'wal')
    throw unavailable(`${path} cannot be used`, 'its file system has no shared memory; is it a network disk?')
}

function findDamage(raw: SqliteDatabase.Database, path: string, check: Check): void {
  let found: unknown[]
  let isOurs: boolean
  try {
    found = [
      raw.pragma(check, { simple: true }),
      ...raw.prepare('select 1 from pragma_foreign_key_check limit 1').all(),
    ]
    isOurs = raw.prepare("select 1 from sqlite_schema where name = 'gatehouse_schema'").get() !== undefined
  } catch (cause) {
    if (!(cause instanceof SqliteDatabase.SqliteError)) throw cause
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(cause.code)) throw damaged(path, messageOf(cause))
    throw unavailable(`${path} cannot be read`, cause)
  }
  const [structure, ...orphans] = found
  // Report only the first problem. `PRAGMA integrity_check` lists the rest.
  if (structure !== 'ok') throw damaged(path, String(structure).split('\n', 1)[0] ?? '')
  if (orphans.length > 0) throw damaged(path, 'a session belongs to somebody who is not there')
  if (!isOurs) throw errors.damaged(path, 'it is a database of something else', 'Name another path in DATABASE_URL.')
}

/** Creates a complete, empty store in one step: no process and no crash ever sees the file without tables. */
async function createEmpty(path: string): Promise<void> {
  const raw = new SqliteDatabase(':memory:')
  try {
    await migrate(kyselyOnSqlite(raw, path), 'sqlite', path)
    const bytes = raw.serialize()
    // The two bytes of the file format for "write-ahead log". Two processes cannot switch to it in an open file at the
    // same time.
    bytes.set([2, 2], 18)
    await createFile(path, bytes)
  } catch (error) {
    // Another process was first and may have removed our unfinished file.
    if (!(await exists(path))) throw error
  } finally {
    raw.close()
  }
}

/** Removes the unfinished file of a process that was killed. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    const rest = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length) : ''
    if (/^\.[0-9a-f]{16}\.tmp$/.test(rest)) await rm(join(folder, name), { force: true })
  }
}

async function closeToOthers(path: string, log: StoreLog): Promise<void> {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const found = await stat(/* turbopackIgnore: true */ file).catch(() => null)
    if (found === null || (found.mode & 0o077) === 0 || !found.isFile()) continue
    const before = `0${(found.mode & 0o777).toString(8)}`
    try {
      await chmod(file, 0o600)
      log.warn(
        { event: 'file_closed_to_others', path: file, before },
        `${basename(file)} was open to other accounts of this machine; it is closed now.`,
      )
    } catch (cause) {
      log.warn(
        { event: 'file_open_to_others', path: file, before, err: cause },
        `${basename(file)} is open to other accounts and cannot be closed.`,
      )
    }
  }
}

/** Another process may remove files beside it at any moment. */
async function requireAccess(file: string): Promise<void> {
  await access(file, constants.R_OK | constants.W_OK).catch((cause: unknown) => {
    if (isPermissionError(cause)) throw cause
  })
}

/** Files beside it may belong to other processes. */
async function ownedFiles(path: string): Promise<string[]> {
  const folder = dirname(path)
  const isUsable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  return isUsable ? presentFiles(path) : [folder, ...(await presentFiles(path).catch(() => [path]))]
}

async function presentFiles(path: string): Promise<string[]> {
  const all = [path, `${path}-wal`, `${path}-shm`]
  const present = await Promise.all(all.map(exists))
  return all.filter((_, index) => present[index])
}

function faultyPath(cause: unknown, path: string): string {
  return cause instanceof Error && 'path' in cause ? String(cause.path) : path
}

/** The commands also move -wal and -shm: with a leftover log, the next start assumes a lost file. */
function damaged(path: string, fault: string): StoreError {
  const all = [path, `${path}-wal`, `${path}-shm`].filter((file) => lstatSync(file, { throwIfNoEntry: false }))
  const commands = `${errors.moveAside(all, `${path}.damaged`)} && ${errors.restoreCommand}`
  const without = 'Without a back-up, leave the last step out: the site then starts with no accounts at all.'
  return errors.damaged(path, fault, `To restore a back-up: ${commands}. ${without}`)
}

async function exists(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw cause
  })
  return found !== null
}

/** A read-only connection leaves -wal and -shm behind. The last writable one removes them. */
function tidyUp(path: string): void {
  try {
    const raw = new SqliteDatabase(path, { fileMustExist: true, timeout: busyTimeoutMs })
    raw.prepare('select 1 from sqlite_schema').get()
    raw.close()
  } catch {
    // They do no harm.
  }
}
