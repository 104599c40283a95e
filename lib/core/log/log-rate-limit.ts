// How many lines of one kind a log gets: whoever sends requests without end must not write without end.
import { minutes } from '../clock.ts'
import { outsideOfRequests } from '../request-context.ts'

/** Two a second of each kind: room for what people do, and under a gigabyte a day in the longest flood of one kind. */
const mostLines = 120
const windowMs = minutes(1)

export interface LogRateLimit {
  /** Whether one more line of this kind may be written now. */
  take(kind: string): boolean
  /** Tells now what was left out so far, and begins anew. */
  settle(): void
}

/** Runs once, after that time; the process does not wait for it. */
export type Later = (work: () => void, ms: number) => void

const systemLater: Later = (work, ms) => void setTimeout(work, ms).unref()

/** `tell` hears of each kind that had lines left out, when its minute is over. Kinds come from code, never from a request. */
export function createLogRateLimit(tell: (kind: string, leftOut: number) => void, later = systemLater): LogRateLimit {
  const windows = new Map<string, { written: number; leftOut: number }>()

  function begin(kind: string) {
    const window = { written: 0, leftOut: 0 }
    windows.set(kind, window)
    // Not on behalf of the request that happened to be the first.
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
