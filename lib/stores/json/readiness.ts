// Checks whether the folder is writable now by writing to the disk.

import { probeFolder } from '#lib/core/files/durable-file.ts'
import { unavailable } from '#lib/stores/errors.ts'

import type { CommitQueue } from './commit-queue.ts'
import type { Replacement } from './replacement.ts'

/** Retries failed writes. Rejects with the reason when they still fail. */
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
