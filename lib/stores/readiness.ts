// Asks the store whether it can be used now. One answer serves all callers for two seconds.

import type { StoreLog } from './log.ts'

const answerHoldsMs = 2000

/** `check` rejects with the reason. `fields` identify the store in the log. */
export function createReadinessCheck(check: () => Promise<void>, fields: object, log: StoreLog): () => Promise<void> {
  let answer: Promise<void> | null = null
  let askedAt = 0
  let wasReady = true

  /** Log only changes: health checks come every few seconds. */
  function note(fault: unknown): void {
    const isReady = fault === null
    if (isReady !== wasReady && isReady) log.info({ event: 'store_ready', ...fields }, 'The store is ready again.')
    if (isReady !== wasReady && !isReady)
      log.error({ event: 'store_not_ready', ...fields, err: fault }, 'The store is not ready.')
    wasReady = isReady
  }

  return async () => {
    // The monotonic clock: setting the wall clock must not prolong an answer.
    if (answer === null || performance.now() - askedAt >= answerHoldsMs) {
      askedAt = performance.now()
      answer = check()
      answer.then(() => note(null), note)
    }
    return answer
  }
}
