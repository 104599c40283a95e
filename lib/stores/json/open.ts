// Opens the JSON driver: one folder, one process, two files.

import { hostname } from 'node:os'

import type { Stores } from '#lib/stores/types.ts'

import type { CommitQueue } from './commit-queue.ts'
import { prepareFolder } from './folder.ts'
import { lockFolder } from './folder-lock.ts'
import { loadFolder } from './load-folder.ts'
import type { StoreLog } from './log.ts'
import { createReadinessCheck } from './readiness.ts'
import { createSessionStore } from './sessions.ts'
import type { TakeOver } from './streamlit-files.ts'
import { createUserStore } from './users.ts'

export interface JsonStoresOptions {
  dir: string
  takeOver: TakeOver
  log: StoreLog
  /** How long a touched session's new time may stay in memory only. */
  touchDelayMs?: number
}

/**
 * Throws `store_locked` when a process has the folder, and `store_damaged` when a file can't be used; both files are
 * then as they were.
 */
export async function openJsonStores({ dir, takeOver, log, touchDelayMs = 5000 }: JsonStoresOptions): Promise<Stores> {
  const folder = await prepareFolder(dir, log)
  const since = new Date(performance.timeOrigin).toISOString()
  const lock = lockFolder(folder, { pid: process.pid, host: hostname(), since })
  try {
    const loaded = await loadFolder(folder, takeOver, log)
    const users = createUserStore(loaded.users, { path: loaded.paths.users, lazyMs: touchDelayMs, log })
    const sessions = createSessionStore(loaded.sessions, { path: loaded.paths.sessions, lazyMs: touchDelayMs, log })
    const queues = [users.queue, sessions.queue]
    let closed: Promise<void> | null = null
    return {
      description: `JSON files in ${folder}`,
      users: users.store,
      sessions: sessions.store,
      checkReady: createReadinessCheck(folder, queues, log),
      close() {
        closed ??= closeAll(queues).finally(() => lock.release())
        return closed
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Waits for both, also when one fails: the lock must outlive the last write. */
async function closeAll(queues: readonly CommitQueue[]): Promise<void> {
  const outcomes = await Promise.allSettled(queues.map((queue) => queue.close()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
