// Creates the store's folder and closes it to other accounts of the machine.

import { access, chmod, constants, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { makeFolder } from '#lib/core/files/durable-file.ts'
import { isPermissionError, permissionAdvice } from '#lib/core/files/file-owner.ts'
import { messageOf, unavailable } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { StoreError } from '#lib/stores/types.ts'

/** The folder's real path, after resolving links. */
export async function prepareFolder(dir: string, log: StoreLog): Promise<string> {
  try {
    await requireRights(resolve(dir))
    await makeFolder(dir)
    const folder = await realpath(dir)
    const { mode } = await stat(folder)
    // A sticky folder like /tmp is shared by all accounts; closing it would break the machine.
    if (mode & 0o1000) throw new Error('it is a folder shared by many; name one of its own')
    if (await isOurs(folder)) await tighten(folder, log)
    else if ((mode & 0o077) !== 0) {
      log.warn(
        { event: 'file_open_to_others', path: folder },
        `${folder} holds other things and is open to other accounts; its mode was left alone.`,
      )
    }
    return folder
  } catch (cause) {
    throw unusableFolder(`The folder ${dir} cannot be used`, cause, { path: dir, folder: dir })
  }
}

/** Checks the folder or its nearest existing parent: below a read-only folder, mkdir only says ENOENT. */
async function requireRights(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || folder === dirname(folder)) throw error
    await requireRights(dirname(folder))
  }
}

const ownNames = [
  'lock',
  'users.json',
  'sessions.json',
  'tokens.json',
  'audit.jsonl',
  'audit-head.json',
  'pictures',
  'replacement',
  'secret',
]

/** Closing a shared folder would lock others out. Ours is empty or contains the store's files. */
async function isOurs(folder: string): Promise<boolean> {
  const names = await readdir(folder)
  const others = names.filter((name) => !['README.md', '.gitignore', '.gitkeep', 'lost+found'].includes(name))
  return others.length === 0 || ownNames.some((name) => others.includes(name))
}

/** When nothing is writable, the error says what to do, or which store needs no folder. */
export function unusableFolder(what: string, cause: unknown, { path, folder }: { path: string; folder: string }) {
  const { code, message } = unavailable(what, cause)
  if (isPermissionError(cause)) {
    return new StoreError(code, `${message}. ${permissionAdvice(path, folder)} ${databaseInstead}`, { cause })
  }
  const isReadOnly = cause instanceof Error && 'code' in cause && cause.code === 'EROFS'
  return new StoreError(code, isReadOnly ? `${message}. Make it writable. ${databaseInstead}` : message, { cause })
}

const databaseInstead = 'Where no folder can be written, set DATABASE_URL to keep everything in a database.'

/** Removes group and other permissions. */
export async function tighten(path: string, log: StoreLog): Promise<void> {
  const found = await stat(path)
  if ((found.mode & 0o077) === 0) return
  const before = `0${(found.mode & 0o777).toString(8)}`
  const fault = `${path} was open to other accounts of this machine (${before})`
  try {
    await chmod(path, found.isDirectory() ? 0o700 : 0o600)
    // Do not warn about a fresh clone's folder, which is open and empty. A file with users in it deserves a warning.
    if (found.isDirectory()) log.info({ event: 'file_closed_to_others', path, before }, `${fault}; it is closed now.`)
    else log.warn({ event: 'file_closed_to_others', path, before }, `${fault}; it is closed now.`)
  } catch (cause) {
    log.warn({ event: 'file_open_to_others', path, before }, `${fault} and cannot be closed: ${messageOf(cause)}`)
  }
}
