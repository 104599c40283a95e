// Replaces a file so that a crash or a power cut leaves the old content or the new one, never a mixture.

import { randomBytes } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Resolves when the new content and its name are both on disk. When it rejects, the file holds the old content, or
 * (only when the folder could not be synced) the new one, which a power cut may still take back.
 */
export async function replaceFile(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  // In the same folder, because a rename is atomic only within one file system. A new name every time, because a
  // file whose fsync failed once can't be trusted to report the loss a second time.
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    await writeDurably(temporary, chunks)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
}

/** Writes a small file and takes it away again: resolves when the folder can be written now. */
export async function probeFolder(folder: string): Promise<void> {
  const probe = join(folder, `probe.${randomBytes(8).toString('hex')}.tmp`)
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

/** A new name in a folder is durable only when the folder itself is synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeDurably(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(chunks)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
