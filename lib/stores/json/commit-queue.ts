// Group commit: operations that arrive during a commit run together before the next one, share one write and resolve
// when it is on disk.

import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { replaceFile } from '#lib/core/files/durable-file.ts'
import { outsideOfRequests } from '#lib/core/request-context.ts'
import { messageOf, unavailable } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { StoreError } from '#lib/stores/types.ts'

/** The content of the file. Operations change it; the queue reports each change as committed or rolled back. */
export interface Committed {
  encode(): Promise<Uint8Array[]>
  /** Writes the encoded content. By default it replaces the file. */
  write?(path: string, chunks: Uint8Array[]): Promise<void>
  /** The operations since the last call are on disk. */
  accept(): void
  /** The write failed: restores memory to what is on disk. */
  undo(): void
}

export interface CommitQueueOptions {
  path: string
  content: Committed
  /** Runs before each write. A rejection cancels the write. */
  beforeWrite(): Promise<void>
  /** How long a change may stay in memory when no caller waits for it. */
  lazyMs: number
  log: StoreLog
}

interface Waiting {
  /** Runs the operation and returns a callback for when it is durable. */
  carryOut(): () => void
  reject(error: unknown): void
}

export class CommitQueue {
  readonly #options: CommitQueueOptions
  #waiting: Waiting[] = []
  #drained: Promise<void> | null = null
  #commitUnderWay: Promise<void> | null = null
  #held: Promise<void> | null = null
  #unsaved = false
  #failing = false
  #closed = false
  #timer: NodeJS.Timeout | null = null

  constructor(options: CommitQueueOptions) {
    this.#options = options
  }

  /** True from a failed commit until the next success. */
  get isFailing(): boolean {
    return this.#failing
  }

  requireOpen(): void {
    if (this.#closed) throw new StoreError('store_unavailable', `${this.#options.path} is closed.`)
  }

  /**
   * Runs `operation`, which must be synchronous and either throw or call `markUnsaved` for its changes. Resolves with
   * its result once that is durable. An operation without a change causes no write.
   */
  run<Answer>(operation: () => Answer): Promise<Answer> {
    this.requireOpen()
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        carryOut() {
          const answer = operation()
          return () => resolve(answer)
        },
        reject,
      })
      // One loop serves all callers that arrive meanwhile.
      this.#drained ??= outsideOfRequests(() => this.#drain())
    })
  }

  /** Resolves when everything in memory at the time of the call is on disk. */
  flush(): Promise<void> {
    return this.run(() => {})
  }

  /**
   * Holds the queue: resolves when no commit runs, with a function that releases it. Operations wait until then.
   * Several holders take turns.
   */
  async hold(): Promise<() => void> {
    while (this.#held) await this.#held
    this.requireOpen()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held = promise
    await this.#commitUnderWay
    return () => {
      this.#held = null
      resolve()
    }
  }

  /** The next commit writes the file; the timer starts one if none comes. */
  markUnsaved(): void {
    this.#unsaved = true
    const save = () => {
      this.#timer = null
      // The commit logged the failure and set the timer again.
      if (!this.#closed) this.flush().catch(() => {})
    }
    this.#timer ??= outsideOfRequests(() => setTimeout(save, this.#options.lazyMs).unref())
  }

  async close(): Promise<void> {
    const lastCommit = this.flush()
    this.#closed = true
    try {
      await lastCommit
    } finally {
      this.#stopTimer()
    }
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Calls from the same turn of the event loop join the batch.
      await nextTurn()
      while (this.#held) await this.#held
      this.#commitUnderWay = this.#commit(this.#waiting.splice(0))
      await this.#commitUnderWay
    }
    this.#commitUnderWay = null
    this.#drained = null
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const carriedOut: { answer: () => void; reject(error: unknown): void }[] = []
    for (const { carryOut, reject } of batch) {
      try {
        carriedOut.push({ answer: carryOut(), reject })
      } catch (error) {
        reject(error)
      }
    }
    try {
      if (this.#unsaved) await this.#save()
    } catch (cause) {
      this.#options.content.undo()
      // Write even when memory is unchanged: after a failed sync the disk may hold what was rolled back here.
      this.markUnsaved()
      const error = this.#failed(cause)
      for (const { reject } of carriedOut) reject(error)
      return
    }
    for (const { answer } of carriedOut) answer()
  }

  async #save(): Promise<void> {
    const { path, content, log } = this.#options
    this.#unsaved = false
    this.#stopTimer()
    await this.#options.beforeWrite()
    const chunks = await content.encode()
    await (content.write ?? replaceFile)(path, chunks)
    content.accept()
    if (!this.#failing) return
    this.#failing = false
    log.info(
      { event: 'file_written_again', path },
      `${basename(path)} can be written again; everything in memory is on disk.`,
    )
  }

  #failed(cause: unknown): StoreError {
    const { path, log } = this.#options
    if (!this.#failing) {
      this.#failing = true
      log.error(
        { event: 'file_not_written', path, err: cause },
        `${basename(path)} cannot be written (${messageOf(cause)}). Changes are refused until it can; sessions that end stay ended.`,
      )
    }
    return unavailable(`${path} could not be written`, cause)
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
