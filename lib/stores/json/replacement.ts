// Puts new files in place of all the old ones at once. They are written beside them, into `replacement.tmp`; renaming
// that folder to `replacement` makes them the store's content, and what is in it counts from then on, also after a
// crash. Moving its files to where they belong is then only tidying up, which every start and every write completes.

import { lstat, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { makeFolder, replaceFile, syncFolder } from '#lib/core/files/durable-file.ts'
import { unavailable } from '#lib/stores/errors.ts'

export const storeFiles = ['users.json', 'sessions.json', 'audit.jsonl', 'audit-head.json', 'tokens.json'] as const
export type StoreFile = (typeof storeFiles)[number]
/** What a file is to hold, or the file itself, which is on disk and is moved. */
export type NewContent = Uint8Array[] | { movedFrom: string }

const unfinished = (folder: string) => join(folder, 'replacement.tmp')
const decided = (folder: string) => join(folder, 'replacement')

/** The file as it counts: in place, or still where a replacement left it. */
export async function readCurrentFile<Read>(
  folder: string,
  name: StoreFile,
  read: (path: string) => Promise<Read | null>,
): Promise<Read | null> {
  // In this order, for a server may be moving it just now: what is no longer there is in place already.
  return (await read(join(decided(folder), name))) ?? read(join(folder, name))
}

/** To be called at start, when nothing else uses the folder. */
export async function recoverReplacement(folder: string): Promise<void> {
  await rm(unfinished(folder), { recursive: true, force: true })
  await moveIntoPlace(folder)
}

export class Replacement {
  readonly #folder: string
  /** What is still to be done with `replacement`. */
  #left: ((folder: string) => Promise<void>) | null = null
  #settling: Promise<void> | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * When it resolves, the files are the store's content durably, and `settle` has to follow. When it rejects, what was
   * the content still is; should the disk refuse to take even its own refusal back and the process then die, the next
   * start finds the new content. Nothing else may write the store's files meanwhile.
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

  /** Completes what a replacement began. Has to succeed before one of the store's files is written on its own. */
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

// Both may be called again after they failed half-way.

async function moveIntoPlace(folder: string): Promise<void> {
  if (await exists(decided(folder))) {
    // A file may leave the folder only when the folder's own name can't be lost any more.
    await syncFolder(folder)
    for (const name of storeFiles) {
      const replaced = join(decided(folder), name)
      if (await exists(replaced)) await rename(replaced, join(/* turbopackIgnore: true */ folder, name))
    }
    await syncFolder(decided(folder))
    await syncFolder(folder)
    await rmdir(decided(folder))
  }
  await syncFolder(folder)
}

/** As a whole: a part of it must never be taken for a replacement. */
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
