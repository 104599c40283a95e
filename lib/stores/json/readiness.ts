// Whether the folder can be written now, asked of the disk itself; one answer serves everybody for two seconds.

import type { CommitQueue } from './commit-queue.ts'
import { probeFolder } from './durable-file.ts'
import { unavailable } from './errors.ts'

const answerHoldsMs = 2000

export function createReadinessCheck(folder: string, queues: readonly CommitQueue[]): () => Promise<void> {
  let answer: Promise<void> | null = null
  let askedAt = 0
  return async () => {
    for (const queue of queues) queue.requireOpen()
    // The monotonic clock: setting the wall clock must not prolong an answer.
    if (answer === null || performance.now() - askedAt >= answerHoldsMs) {
      askedAt = performance.now()
      answer = check(folder, queues)
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
