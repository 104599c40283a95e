// Opens the JSON driver: one folder, one process, a few files.

import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { tokenStoreOf } from '#lib/stores/collection.ts'
import { messageOf } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { createReadinessCheck } from '#lib/stores/readiness.ts'
import type { StoredRecord, Stores } from '#lib/stores/types.ts'

import { createAuditPart } from './audit.ts'
import { createCollections } from './collections.ts'
import type { CommitQueue } from './commit-queue.ts'
import { createCredentialUseStore } from './credential-uses.ts'
import { prepareFolder, unusableFolder } from './folder.ts'
import { lockFolder } from './folder-lock.ts'
import { loadFolder } from './load-folder.ts'
import { createLockoutStore } from './lockouts.ts'
import { createMailStore } from './mails.ts'
import { dump, encodeFolder, type FolderRecords, gather } from './moving.ts'
import { createPicturePart } from './pictures.ts'
import { checkFolder } from './readiness.ts'
import { Replacement, type StoreFile } from './replacement.ts'
import { createSessionPart } from './sessions.ts'
import type { TakeOver } from './streamlit-files.ts'
import { createHeldTokens } from './tokens.ts'
import { createUserPart } from './users.ts'

export interface JsonStoresOptions {
  dir: string
  takeOver: TakeOver
  log: StoreLog
  /** How long a touched session's new time may stay in memory only. */
  touchDelayMs?: number
}

/**
 * Throws `store_locked` when another process has the folder, `store_damaged` when a file cannot be used and
 * `store_unavailable` when the disk returns an error. The files then stay unchanged.
 */
export async function openJsonStores({ dir, takeOver, log, touchDelayMs = 5000 }: JsonStoresOptions): Promise<Stores> {
  const folder = await prepareFolder(dir, log)
  const since = new Date(performance.timeOrigin).toISOString()
  const lock = lockFolder(folder, { pid: process.pid, host: hostname(), since })
  try {
    const loaded = await loadFolder(folder, takeOver, log)
    return createStores(folder, loaded, { log, lazyMs: touchDelayMs, release: () => lock.release() })
  } catch (cause) {
    lock.release()
    throw orUnusable(folder, cause)
  }
}

/** Wraps a disk error as a StoreError and returns any other as it is. */
function orUnusable(folder: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause
  return unusableFolder(`The folder ${folder} cannot be used`, cause, { path: folder, folder })
}

function createStores(
  folder: string,
  loaded: FolderRecords,
  { log, lazyMs, release }: { log: StoreLog; lazyMs: number; release(): void },
): Stores {
  const replacement = new Replacement(folder)
  const options = (name: StoreFile) => {
    return { path: join(folder, name), lazyMs, log, beforeWrite: () => replacement.settle() }
  }
  const held = createHeldTokens(() => ({ tokens: kept.collections.token, queue: kept.queue }))
  const kept = createCollections(loaded, { token: held.aside }, options('tokens.json'))
  const pictures = createPicturePart(folder, () => replacement.settle())
  const collections = {
    ...kept.collections,
    picture: pictures.collection,
    token: { ...kept.collections.token, take: held.take },
  }
  const users = createUserPart(loaded, { ...options('users.json'), consumeToken: held.consume })
  const sessions = createSessionPart(loaded, { ...options('sessions.json'), hasUser: users.has })
  const audit = createAuditPart(loaded.audit, options)
  const queues = [users.queue, sessions.queue, kept.queue, ...audit.queues]
  const requireOpen = () => {
    for (const queue of queues) queue.requireOpen()
  }
  const askFolder = createReadinessCheck(() => checkFolder(folder, replacement, queues), { path: folder }, log)
  let closed: Promise<void> | null = null

  return {
    description: `JSON files in ${folder}`,
    users: users.store,
    sessions: sessions.store,
    tokens: tokenStoreOf(collections.token),
    mails: createMailStore(kept.collections.mail, kept.queue),
    lockouts: createLockoutStore(kept.collections.lockout, kept.queue, users.has),
    credentialUses: createCredentialUseStore(kept.collections.credentialUse, kept.queue, users.has),
    audit: audit.store,
    collections,

    async *dump() {
      requireOpen()
      // Within one turn of the event loop, so that all parts are from the same moment.
      const trail = audit.snapshot()
      try {
        yield* dump({
          user: [...users.values()],
          reserved: [...users.reserved()],
          ...sessions.snapshot(),
          ...kept.snapshot(),
          picture: pictures.values(),
          audit: trail.entries(),
        })
      } finally {
        await trail.close()
      }
    },

    async findAuditHead() {
      requireOpen()
      const head = audit.head()
      return head.seq === 0 ? null : head
    },

    async replaceAll(records: AsyncIterable<StoredRecord>) {
      const gathered = await gather(records, folder).catch((cause: unknown) => {
        throw orUnusable(folder, cause)
      })
      try {
        const files = await encodeFolder(gathered)
        await whileHeld([...queues, pictures], async () => {
          await replacement.replace(files)
          users.adopt(gathered)
          sessions.adopt(gathered)
          kept.adopt(gathered)
          audit.adopt(gathered.audit)
        })
      } catch (error) {
        await gathered.audit.file.release()
        await rm(gathered.writtenAudit.path, { force: true })
        await rm(gathered.writtenPictures.path, { recursive: true, force: true })
        throw error
      }
      // The replacement is durable already. Tidying up is retried before the next write and at the next start.
      await replacement.settle().catch((cause: unknown) => {
        log.error(
          { event: 'files_not_in_place', path: folder, err: cause },
          `The new files of ${folder} are not in place yet (${messageOf(cause)}).`,
        )
      })
    },

    async checkReady() {
      requireOpen()
      await askFolder()
    },

    close() {
      closed ??= closeAll([...queues, pictures])
        .finally(audit.close)
        .finally(release)
      return closed
    },
  }
}

/** Blocks commits during the work; operations wait. */
async function whileHeld(queues: readonly Pick<CommitQueue, 'hold'>[], work: () => Promise<void>): Promise<void> {
  const releases: (() => void)[] = []
  try {
    // The same order for all callers avoids deadlocks.
    for (const queue of queues) releases.push(await queue.hold())
    await work()
  } finally {
    for (const release of releases) release()
  }
}

/** Waits for all, also when one fails: the lock must outlive the last write. */
async function closeAll(queues: readonly Pick<CommitQueue, 'close'>[]): Promise<void> {
  const outcomes = await Promise.allSettled(queues.map((queue) => queue.close()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
