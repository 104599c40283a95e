// How guessable a password is, by zxcvbn's word lists. The estimate is pure computing of up to a quarter of a second,
// so it runs on a thread of its own: the event loop stays free.
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import { ok, type Result, refused } from '../result.ts'

export interface Estimate {
  /** 0 to 4; 3 and above need more than 10^8 guesses. */
  score: number
  /** The most useful thing to say about it, as a key of the catalogue's strength words; null when there is none. */
  advice: string | null
}

export interface PasswordStrength {
  /** Refuses with `busy` when too many estimates wait already. */
  estimate(password: string, username: string): Promise<Result<Estimate, 'busy'>>
  close(): Promise<void>
}

const maxWaiting = 20

export function createPasswordStrength(): PasswordStrength {
  const oneAtATime = pLimit(1)
  let worker: Worker | undefined

  function startWorker(): Worker {
    const started = new Worker(new URL('./password-strength-worker.ts', import.meta.url))
    started.unref()
    started.once('exit', () => {
      if (worker === started) worker = undefined
    })
    return started
  }

  function ask(password: string, username: string): Promise<Estimate> {
    worker ??= startWorker()
    const asked = worker
    return new Promise<Estimate>((resolve, reject) => {
      const settle = (act: () => void) => {
        asked.removeAllListeners('message').removeAllListeners('error')
        act()
      }
      asked.once('message', (estimate: Estimate) => settle(() => resolve(estimate)))
      asked.once('error', (cause) => settle(() => reject(new Error('The password could not be rated', { cause }))))
      asked.postMessage({ password, username })
    })
  }

  return {
    async estimate(password, username) {
      if (oneAtATime.pendingCount >= maxWaiting) return refused('busy')
      return ok(await oneAtATime(() => ask(password, username)))
    },
    async close() {
      await worker?.terminate()
    },
  }
}
