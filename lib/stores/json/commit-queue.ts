// Writers of one file share its commits: what is asked while a commit runs is carried out at the start of the next,
// written once for all, and answered when it is on disk.

import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { replaceFile } from '#lib/core/files/durable-file.ts'
import { outsideOfRequests } from '#lib/core/request-context.ts'
import { messageOf, unavailable } from '#lib/stores/errors.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { StoreError } from '#lib/stores/types.ts'

/** What the file holds. Operations change it; the queue says when a change has become true, or never was. */
export interface Committed {
  encode(): Promise<Uint8Array[]>
  /** How the file takes what was encoded; unless said otherwise, it is replaced by it. */
  write?(path: string, chunks: Uint8Array[]): Promise<void>
  /** The operations since the last call are on disk. */
  accept(): void
  /** They are not: memory goes back to what the disk holds. */
  undo(): void
}

export interface CommitQueueOptions {
  path: string
  content: Committed
  /** Has to be done before the file is written; when it rejects, nothing is. */
  beforeWrite(): Promise<void>
  /** How long a change that nobody waits for may stay in memory only. */
  lazyMs: number
  log: StoreLog
}

interface Waiting {
  /** Carries the operation out and returns what to do once it is durable. */
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

  /** True from a failed commit to the next that succeeds. */
  get isFailing(): boolean {
    return this.#failing
  }

  requireOpen(): void {
    if (this.#closed) throw new StoreError('store_unavailable', `${this.#options.path} is closed.`)
  }

  /**
   * Carries out `operation`, which must be synchronous and either throw or call `markUnsaved` for what it changed,
   * and resolves with its answer when that is durable. An answer that needed no change costs no write.
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
      // It works for everybody who asks meanwhile.
      this.#drained ??= outsideOfRequests(() => this.#drain())
    })
  }

  /** Resolves when everything in memory at the time of the call is on disk. */
  flush(): Promise<void> {
    return this.run(() => {})
  }

  /**
   * Resolves once no commit is under way, and to what has to be called to let them go on; until then what is asked
   * waits. Several holders come one after another.
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

  /** The next commit writes the file; without one, the timer does. */
  markUnsaved(): void {
    this.#unsaved = true
    const save = () => {
      this.#timer = null
      // A failure was logged by the commit, which has set the timer again.
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
      // Whoever asks within this turn of the event loop is in the same batch.
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
      // Also when memory is unchanged: after a failed sync the disk may hold what was undone here.
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
