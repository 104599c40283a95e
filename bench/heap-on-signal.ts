// Reports the live memory on SIGUSR2. Loaded only by bench/memory.ts with `node --import`.
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

export interface HeapReport {
  event: 'heap'
  /** The JavaScript heap after a forced collection. */
  heapBytes: number
  /** Buffers outside that heap. */
  externalBytes: number
  rssBytes: number
}

if (isMainThread) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  process.on('SIGUSR2', async () => {
    // Finalizers of one collection release what the next one collects.
    for (let n = 0; n < 3; n++) {
      collect()
      await pause(100)
    }
    const { heapUsed, external, rss } = process.memoryUsage()
    const report: HeapReport = { event: 'heap', heapBytes: heapUsed, externalBytes: external, rssBytes: rss }
    writeSync(1, `${JSON.stringify(report)}\n`)
  })
}
