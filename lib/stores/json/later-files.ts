// A later version may keep more kinds of records in files of their own. Whoever starts without them would leave out what
// they hold, and a back-up made here would lack it.

import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { madeByNewer } from './damage.ts'
import { ownParts } from './document.ts'

/** The first bytes of every file of ours: see document.ts. */
const ourStart = /^\{"version":\d+,"([^"\\]+)":/
const ourParts = [...ownParts, 'seq']

/** Rejects when the folder has a file of ours whose first part this version does not know. */
export async function refuseLaterFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue
    const path = join(folder, name)
    const start = await readStart(path)
    const [, part] = start.match(ourStart) ?? []
    if (part !== undefined && !ourParts.includes(part)) throw madeByNewer(path, `it has an unknown part "${part}"`)
  }
}

/** Empty for what cannot be read: the store's own files are read again, by those who say what is wrong. */
async function readStart(path: string): Promise<string> {
  const handle = await open(path).catch(() => null)
  if (handle === null) return ''
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  } finally {
    await handle.close()
  }
}
