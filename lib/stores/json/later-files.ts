// Detects files that a later version added. Starting without them would ignore their records, and back-ups would miss
// them.

import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { madeByNewer } from './damage.ts'
import { ownParts } from './document.ts'

/** The first bytes of all store files: see document.ts. */
const ourStart = /^\{"version":\d+,"([^"\\]+)":/
const ourParts = [...ownParts, 'seq']

/** Rejects when a store file starts with a part that this version does not know. */
export async function refuseLaterFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue
    const path = join(folder, name)
    const start = await readStart(path)
    const [, part] = start.match(ourStart) ?? []
    if (part !== undefined && !ourParts.includes(part)) throw madeByNewer(path, `it has an unknown part "${part}"`)
  }
}

/** Empty for an unreadable file. The loader reads the store's own files again and reports errors. */
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
