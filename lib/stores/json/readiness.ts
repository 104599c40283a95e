// Whether the folder can be written now, asked of the disk itself.

import { probeFolder } from '#lib/core/files/durable-file.ts'
import { unavailable } from '#lib/stores/errors.ts'

import type { CommitQueue } from './commit-queue.ts'
import type { Replacement } from './replacement.ts'

/** What could not be written before is written now. Rejects with the reason when it still cannot be. */
export async function checkFolder(
  folder: string,
  replacement: Replacement,
  queues: readonly CommitQueue[],
): Promise<void> {
  const failing = queues.filter((queue) => queue.isFailing)
  await Promise.all(failing.map((queue) => queue.flush()))
  if (failing.length > 0) return
  try {
    await replacement.settle()
    await probeFolder(folder)
  } catch (cause) {
    throw unavailable(`${folder} cannot be written`, cause)
  }
}
