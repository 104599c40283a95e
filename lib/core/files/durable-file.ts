// Makes and replaces files so that a crash or a power cut leaves the old content or the new one, never a mixture.

import { randomBytes } from 'node:crypto'
import { constants, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { giveTo, type Owner, ownerToBe } from './file-owner.ts'

/** Whose the file is when root makes it: the folder's owner's, or root's. */
export interface Ownership {
  owner?: 'folder' | 'process'
}

/** Pieces that are written as they come: nobody needs all of a large file in memory. When they fail, so does the write. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Resolves when the new content and its name are both on disk. When it rejects, the file holds the old content, or
 * (only when the folder could not be synced) the new one, which a power cut may still take back.
 */
export async function replaceFile(path: string, chunks: Chunks, ownership?: Ownership): Promise<void> {
  // A new name every time: a file whose fsync failed once can't be trusted to report the loss a second time.
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
 * Resolves when what is added to a file that exists is on disk. When it rejects, some of it may be there: the file has to
 * be replaced before anything is added to it again.
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

/** Writes a file for somebody to rename, and resolves with its name when its content is on disk. */
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

/** Writes a small file and takes it away again: resolves when the folder can be written now. */
export async function probeFolder(folder: string): Promise<void> {
  const probe = temporaryName(join(folder, 'probe'))
  try {
    await writeDurably(probe, [Buffer.from('ok\n')])
  } finally {
    await rm(probe, { force: true })
  }
}

/** Removes what a killed process left half-written. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^[\w.-]+\.[0-9a-f]{16}\.tmp$/.test(name)) await rm(join(folder, name))
  }
}

/** Makes a folder closed to others, with those above it, and resolves when all of their names are on disk. */
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

/** Rejects when a link was put in its place: root would give away what the link leads to. */
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

/** Makes a file that does not exist yet, whole or not at all. False when the name is taken by then. */
export async function createFile(path: string, content: Uint8Array | Chunks, ownership?: Ownership): Promise<boolean> {
  const temporary = temporaryName(path)
  try {
    await writeDurably(temporary, content, ownership)
    // A link, unlike a rename, never replaces what another process made meanwhile.
    await link(temporary, path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true }).catch(() => {})
  }
  await syncFolder(dirname(path))
  return true
}

/** In the same folder, because a rename is atomic only within one file system; `removeLeftovers` knows the form. */
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
