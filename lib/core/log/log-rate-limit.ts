// Limits log lines per kind, so that a client cannot fill the disk with requests.
import { minutes } from '../clock.ts'
import { outsideOfRequests } from '../request-context.ts'

/** Two a second of each kind: enough for normal use, and under a gigabyte a day in a flood of one kind. */
const mostLines = 120
const windowMs = minutes(1)

export interface LogRateLimit {
  /** Whether another line of this kind may be written now. */
  take(kind: string): boolean
  /** Reports the omitted lines so far and resets the counts. */
  settle(): void
}

/** Runs `work` once after `ms`, without keeping the process alive. */
export type Later = (work: () => void, ms: number) => void

const systemLater: Later = (work, ms) => void setTimeout(work, ms).unref()

/**
 * Calls `tell` for each kind with omitted lines, at the end of its minute. Kinds must come from code, not from
 * requests.
 */
export function createLogRateLimit(tell: (kind: string, leftOut: number) => void, later = systemLater): LogRateLimit {
  const windows = new Map<string, { written: number; leftOut: number }>()

  function begin(kind: string) {
    const window = { written: 0, leftOut: 0 }
    windows.set(kind, window)
    // The timer must not carry the context of the request that happened to be first.
    outsideOfRequests(() => later(() => windows.get(kind) === window && end(kind), windowMs))
    return window
  }

  function end(kind: string): void {
    const leftOut = windows.get(kind)?.leftOut ?? 0
    windows.delete(kind)
    if (leftOut > 0) tell(kind, leftOut)
  }

  return {
    take(kind) {
      const window = windows.get(kind) ?? begin(kind)
      const mayWrite = window.written < mostLines
      window[mayWrite ? 'written' : 'leftOut'] += 1
      return mayWrite
    },
    settle() {
      for (const kind of [...windows.keys()]) end(kind)
    },
  }
}
