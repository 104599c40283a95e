// Whether the folder can be written now, asked of the disk itself; one answer serves everybody for two seconds.

import { probeFolder } from '#lib/durable-file.ts'
import { unavailable } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import type { CommitQueue } from './commit-queue.ts'

const answerHoldsMs = 2000

export function createReadinessCheck(
  folder: string,
  queues: readonly CommitQueue[],
  log: StoreLog,
): () => Promise<void> {
  let answer: Promise<void> | null = null
  let askedAt = 0
  let wasReady = true

  /** Once when it changes: health checks come every few seconds. */
  function note(fault: unknown): void {
    const isReady = fault === null
    if (isReady !== wasReady && isReady) log.info({ path: folder }, 'The store is ready again.')
    if (isReady !== wasReady && !isReady) log.error({ path: folder, err: fault }, 'The store is not ready.')
    wasReady = isReady
  }

  return async () => {
    for (const queue of queues) queue.requireOpen()
    // The monotonic clock: setting the wall clock must not prolong an answer.
    if (answer === null || performance.now() - askedAt >= answerHoldsMs) {
      askedAt = performance.now()
      answer = check(folder, queues)
      answer.then(() => note(null), note)
    }
    return answer
  }
}

async function check(folder: string, queues: readonly CommitQueue[]): Promise<void> {
  const failing = queues.filter((queue) => queue.isFailing)
  await Promise.all(failing.map((queue) => queue.flush()))
  if (failing.length > 0) return
  await probeFolder(folder).catch((cause: unknown) => {
    throw unavailable(`${folder} cannot be written`, cause)
  })
}
