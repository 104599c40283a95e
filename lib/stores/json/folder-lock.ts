// One process owns the folder. The lock is SQLite's lock on the file `lock`: the kernel releases it when the process
// dies, and it works across containers, where process ids mean nothing.

import { closeSync, constants, fchmodSync, fchownSync, lstatSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { ownerToBeSync } from '#lib/core/files/file-owner.ts'
import { StoreError } from '#lib/stores/types.ts'
import { unusableFolder } from './folder.ts'

export interface Holder {
  pid: number
  host: string
  /** ISO time. */
  since: string
}

export interface FolderLock {
  release(): void
}

/** How long to wait for a process that is writing its name or ending. */
const waitMs = 1000

// SQLite's result codes.
const busy = 5
const corrupt = 11
const notADatabase = 26

/**
 * Throws a StoreError that names the holder when this or another process has the folder. After that, nothing in this
 * process may open the file `lock`, not even to copy it: POSIX drops all of a process's locks on a file when it closes
 * any descriptor of that file.
 */
export function lockFolder(folder: string, holder: Holder): FolderLock {
  const path = join(folder, 'lock')
  const holderHere = heldHere.get(path)
  if (holderHere) throw lockedError(folder, holderHere)
  requireOwnFile(path)
  const database = take(path, holder, folder)
  heldHere.set(path, holder)
  return {
    release() {
      heldHere.delete(path)
      database.close()
    },
  }
}

/**
 * Describes the process that has the folder, or returns null. Changes nothing. Holds the lock only for the check; a
 * process that starts meanwhile waits.
 */
export function findHolder(dir: string): string | null {
  if (!lstatSync(dir, { throwIfNoEntry: false })) return null
  const path = join(realpathSync(dir), 'lock')
  // Check before opening the file: see lockFolder.
  const holderHere = heldHere.get(path)
  if (holderHere) return describeHolder(holderHere)
  // With a foreign file of this name, no server can have started here.
  if (!isOwnFile(path)) return null
  const url = pathToFileURL(path)
  // Unlike a plain path, this URI never creates the file.
  url.searchParams.set('mode', 'rw')
  const database = new DatabaseSync(url, { timeout: waitMs })
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK')
    return null
  } catch (error) {
    const code = resultCode(error)
    if (code === busy) return describeHolder(peekHolder(path))
    if (code === corrupt || code === notADatabase)
      return 'a process that cannot be seen, for the file `lock` is damaged'
    throw unusableLock(path, error)
  } finally {
    database.close()
  }
}

/** On globalThis, because each bundle of a Next server has its own module variables. */
const heldHere = heldByThisProcess()

function heldByThisProcess(): Map<string, Holder> {
  const shared = globalThis as { [key: symbol]: Map<string, Holder> | undefined }
  const key = Symbol.for('gatehouse.locked-folders')
  shared[key] ??= new Map()
  return shared[key]
}

/**
 * Our lock file starts like a SQLite file, or with zeros after a power cut. Anything else is foreign data. Read before
 * the lock is taken: see lockFolder.
 */
function requireOwnFile(path: string): void {
  let isOwn: boolean | null
  try {
    isOwn = isOwnFile(path)
  } catch (cause) {
    throw unusableFolder(`${path} cannot be read`, cause, { path, folder: dirname(path) })
  }
  if (isOwn === false) {
    throw new StoreError('store_unavailable', `${path} is not the lock that Gatehouse makes. Move it away.`)
  }
}

/** Null when there is none. */
function isOwnFile(path: string): boolean | null {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isFile()) return false
  const start = readFileSync(path).subarray(0, sqliteMagic.length)
  return start.every((byte) => byte === 0) || start.equals(sqliteMagic)
}

const sqliteMagic = Buffer.from('SQLite format 3\0')

function take(path: string, holder: Holder, folder: string): DatabaseSync {
  try {
    return tryTake(path, holder)
  } catch (error) {
    const code = resultCode(error)
    if (code === busy) throw lockedError(folder, peekHolder(path))
    if (code !== corrupt && code !== notADatabase) throw unusableLock(path, error)
  }
  try {
    // The file holds only a name. Empty it and never unlink it: the kernel's lock belongs to this inode, and another
    // process may still hold it.
    closeSync(openSync(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW))
    return tryTake(path, holder)
  } catch (error) {
    throw resultCode(error) === busy ? lockedError(folder, null) : unusableLock(path, error)
  }
}

function tryTake(path: string, holder: Holder): DatabaseSync {
  makeOwnFile(path)
  const database = new DatabaseSync(path, { timeout: waitMs })
  try {
    // No journal and no fsync: after a crash the lock is free, whatever the row says.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
    do writeHolder(database, holder)
    while (!hold(database, holder))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Creates the file if missing, closed to other accounts. Works by descriptor and never follows a link, because root
 * would otherwise open up or give away the link's target. Closes the descriptor before SQLite locks the file: see
 * lockFolder.
 */
function makeOwnFile(path: string): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  try {
    fchmodSync(file, 0o600)
    giveToFolder(file, dirname(path))
  } finally {
    closeSync(file)
  }
}

function giveToFolder(file: number, folder: string): void {
  const owner = ownerToBeSync(folder)
  try {
    if (owner !== null) fchownSync(file, owner.uid, owner.gid)
  } catch {
    // It stays root's, see giveTo.
  }
}

function writeHolder(database: DatabaseSync, { pid, host, since }: Holder): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec('DROP TABLE IF EXISTS holder; CREATE TABLE holder (pid INTEGER, host TEXT, since TEXT)')
  database.prepare('INSERT INTO holder VALUES (?, ?, ?)').run(pid, host, since)
  database.exec('COMMIT')
}

/** Takes the lock for good, unless another process wrote its name between our two transactions. */
function hold(database: DatabaseSync, holder: Holder): boolean {
  database.exec('BEGIN IMMEDIATE')
  const row = readHolder(database)
  if (row?.pid === holder.pid && row.host === holder.host && row.since === holder.since) return true
  database.exec('ROLLBACK')
  return false
}

function readHolder(database: DatabaseSync): Holder | null {
  const row = database.prepare('SELECT pid, host, since FROM holder').get()
  return row ? { pid: Number(row.pid), host: String(row.host), since: String(row.since) } : null
}

/** Reading works while another process holds the lock. If it fails, only the name is missing. */
function peekHolder(path: string): Holder | null {
  const database = new DatabaseSync(path, { timeout: waitMs })
  try {
    return readHolder(database)
  } catch {
    return null
  } finally {
    database.close()
  }
}

function lockedError(folder: string, holder: Holder | null): StoreError {
  return new StoreError(
    'store_locked',
    `${folder} is in use by ${describeHolder(holder)}. Stop that process first, or set DATABASE_URL to share one database among many.`,
  )
}

function describeHolder(holder: Holder | null): string {
  return holder
    ? `process ${holder.pid} on ${holder.host}, running since ${holder.since}`
    : 'another process that left no name'
}

function unusableLock(path: string, cause: unknown): StoreError {
  return unusableFolder(`${path} cannot be used`, cause, { path, folder: dirname(path) })
}

function resultCode(error: unknown): number | null {
  // Extended codes contain the primary code in the low byte.
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null
}
