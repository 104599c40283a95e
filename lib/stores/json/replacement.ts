// Replaces all files atomically. Writes the new files into `replacement.tmp` and renames that folder to `replacement`,
// which makes them the store's content, also after a crash. Every start and every write then moves them to their
// places.

import { lstat, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { makeFolder, replaceFile, syncFolder } from '#lib/core/files/durable-file.ts'
import { unavailable } from '#lib/stores/errors.ts'

export const storeFiles = [
  'users.json',
  'sessions.json',
  'audit.jsonl',
  'audit-head.json',
  'pictures',
  'tokens.json',
] as const
export type StoreFile = (typeof storeFiles)[number]
/** The new content of a file, or a file or folder on disk that is moved. */
export type NewContent = Uint8Array[] | { movedFrom: string }

const unfinished = (folder: string) => join(folder, 'replacement.tmp')
const decided = (folder: string) => join(folder, 'replacement')

/** The current version of a file: in place, or still in a replacement. */
export async function readCurrentFile<Read>(
  folder: string,
  name: StoreFile,
  read: (path: string) => Promise<Read | null>,
): Promise<Read | null> {
  // Look in the replacement first: a running server moves files from there into place, never back.
  return (await read(join(decided(folder), name))) ?? read(join(folder, name))
}

/** Call at start, before anything else uses the folder. */
export async function recoverReplacement(folder: string): Promise<void> {
  await rm(unfinished(folder), { recursive: true, force: true })
  await moveIntoPlace(folder)
}

export class Replacement {
  readonly #folder: string
  /** What remains to be done with `replacement`. */
  #left: ((folder: string) => Promise<void>) | null = null
  #settling: Promise<void> | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Once it resolves, the files are durably the store's content and the caller must call `settle`. When it rejects, the
   * old content stays. Exception: when the disk also refuses the undo and the process dies, the next start finds the
   * new content. Nothing else may write the store's files meanwhile.
   */
  async replace(files: Record<StoreFile, NewContent>): Promise<void> {
    const folder = this.#folder
    try {
      await this.settle()
      await rm(unfinished(folder), { recursive: true, force: true })
      await makeFolder(unfinished(folder))
      for (const name of storeFiles) {
        const content = files[name]
        const path = join(unfinished(folder), name)
        if ('movedFrom' in content) await rename(content.movedFrom, path)
        else await replaceFile(path, content)
      }
      await syncFolder(unfinished(folder))
      await rename(unfinished(folder), decided(folder))
      this.#left = takeBack
      await syncFolder(folder)
      this.#left = moveIntoPlace
    } catch (cause) {
      await this.settle().catch(() => {})
      await rm(unfinished(folder), { recursive: true, force: true }).catch(() => {})
      throw unavailable(`The files in ${folder} could not be replaced`, cause)
    }
  }

  /** Completes a replacement. Must succeed before any store file is written by itself. */
  async settle(): Promise<void> {
    if (this.#left === null) return
    this.#settling ??= this.#complete(this.#left).finally(() => {
      this.#settling = null
    })
    await this.#settling
  }

  async #complete(left: (folder: string) => Promise<void>): Promise<void> {
    await left(this.#folder)
    this.#left = null
  }
}

// Both can be called again after they failed half-way.

async function moveIntoPlace(folder: string): Promise<void> {
  if (await exists(decided(folder))) {
    // Move a file out of the folder only once the folder's own name is durable.
    await syncFolder(folder)
    for (const name of storeFiles) {
      const replaced = join(decided(folder), name)
      if (!(await exists(replaced))) continue
      const place = join(/* turbopackIgnore: true */ folder, name)
      // No rename replaces a folder with content.
      if ((await lstat(replaced)).isDirectory()) await rm(place, { recursive: true, force: true })
      await rename(replaced, place)
    }
    await syncFolder(decided(folder))
    await syncFolder(folder)
    await rmdir(decided(folder))
  }
  await syncFolder(folder)
}

/** Removes the folder as a whole, because a part of it must never count as a replacement. */
async function takeBack(folder: string): Promise<void> {
  if (await exists(decided(folder))) await rename(decided(folder), unfinished(folder))
  await syncFolder(folder)
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
