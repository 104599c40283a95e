// Creates and replaces files atomically: after a crash or power cut a file has the old or the new content, never a mix.

import { randomBytes } from 'node:crypto'
import { constants, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errorCode } from '../error-code.ts'

import { giveTo, type Owner, ownerToBe } from './file-owner.ts'

/** The owner of a file that root creates: the folder's owner, or root. */
export interface Ownership {
  owner?: 'folder' | 'process'
}

/** Written chunk by chunk, so that a large file need not fit in memory. An error of the iterable fails the write. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Resolves when the new content and its name are on disk. On rejection the file has the old content, or, if only the
 * sync of the folder failed, the new content, which a power cut may revert.
 */
export async function replaceFile(path: string, chunks: Chunks, ownership?: Ownership): Promise<void> {
  // Always use a new name: after a failed fsync, a second fsync on the same file can falsely succeed.
  const temporary = await writeTemporary(path, chunks, ownership)
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
}

/**
 * Resolves when the appended data is on disk. On rejection a part of it may be there: replace the file before appending
 * again.
 */
export async function appendToFile(path: string, chunks: Chunks): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  try {
    await handle.writeFile(chunks)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** Writes a temporary file, which the caller renames. Resolves with its name when the content is on disk. */
export async function writeTemporary(path: string, chunks: Chunks, ownership?: Ownership): Promise<string> {
  const temporary = temporaryName(path)
  try {
    await writeDurably(temporary, chunks, ownership)
    return temporary
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

/** Resolves when the folder is writable, by writing and removing a small file. */
export async function probeFolder(folder: string): Promise<void> {
  const probe = temporaryName(join(folder, 'probe'))
  try {
    await writeDurably(probe, [Buffer.from('ok\n')])
  } finally {
    await rm(probe, { force: true })
  }
}

/** Removes temporary files and folders of killed processes. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^[\w.-]+\.[0-9a-f]{16}\.tmp$/.test(name)) await rm(join(folder, name), { recursive: true })
  }
}

/** Creates a private folder and its parents. Resolves when all names are on disk. */
export async function makeFolder(dir: string): Promise<void> {
  const firstMade = await mkdir(dir, { recursive: true, mode: 0o700 })
  if (firstMade === undefined) return
  const outermost = dirname(resolve(firstMade))
  const owner = await ownerToBe(outermost)
  for (let made = resolve(dir); made !== outermost; made = dirname(made)) {
    if (owner !== null) await giveFolderTo(owner, made)
  }
  for (let parent = dirname(resolve(dir)); ; parent = dirname(parent)) {
    await syncFolder(parent)
    if (parent === outermost || parent === dirname(parent)) return
  }
}

/** Rejects if the folder was replaced by a link, because root would give away the link's target. */
async function giveFolderTo(owner: Owner, folder: string): Promise<void> {
  const handle = await open(folder, constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await giveTo(owner, handle)
  } finally {
    await handle.close()
  }
}

/** A new name in a folder is durable only when the folder itself is synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Creates a file atomically. Returns false if the name is taken. */
export async function createFile(path: string, content: Uint8Array | Chunks, ownership?: Ownership): Promise<boolean> {
  const temporary = temporaryName(path)
  try {
    await writeDurably(temporary, content, ownership)
    // Unlike a rename, a link never replaces a file that another process created meanwhile.
    await link(temporary, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true }).catch(() => {})
  }
  await syncFolder(dirname(path))
  return true
}

/**
 * In the same folder, because a rename is atomic only within one file system. `removeLeftovers` matches this pattern.
 */
function temporaryName(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.tmp`
}

async function writeDurably(
  path: string,
  content: Uint8Array | Chunks,
  { owner = 'folder' }: Ownership = {},
): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    if (owner === 'folder') await giveTo(await ownerToBe(dirname(path)), handle)
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
