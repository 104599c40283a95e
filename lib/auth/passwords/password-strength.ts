// Estimates how guessable a password is, from the common passwords, the context words and zxcvbn's word lists. An
// estimate takes up to a quarter of a second of CPU, so it runs on a worker thread.
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import { minutes, seconds } from '../../core/clock.ts'
import { outsideOfRequests } from '../../core/request-context.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { contextWords, type PasswordOwner } from './context-words.ts'

export interface Estimate {
  /** 0 to 4; 3 and above need more than 10^8 guesses. */
  score: number
  /** The most useful advice, as a key of the catalogue's strength words; null when there is none. */
  advice: string | null
}

export interface PasswordStrength {
  /** Refuses with `busy` when more than `patience` estimates wait already, or the thread takes too long. */
  estimate(password: string, owner: PasswordOwner, options?: { patience?: number }): Promise<Result<Estimate, 'busy'>>
  close(): Promise<void>
}

/** A request to the thread. */
export interface Question {
  password: string
  /** What an attacker may know about the user and this site. */
  words: string[]
}

/** The answer of the thread. A string is an error message. */
export type Answer = Estimate | string

const maxWaiting = 20
/** For estimates that only advise: they must not delay sign-ups. */
export const advisoryPatience = 2
/** Many times the slowest answer. A thread that takes longer is stuck, or the machine is overloaded. */
const longestAnswerMs = seconds(10)
/** The first answer includes loading the lists: half a second of CPU, and more on a busy machine. */
const longestFirstMs = seconds(60)

/** The thread and its lists take 80 MB, which a site at rest must not hold. */
const restAfterMs = minutes(1)

/** `minLength` and `appOrigin` come from the settings. The list skips passwords below the minimum anyway. */
export function createPasswordStrength(
  site: { minLength: number; appOrigin: string },
  { longestMs = longestAnswerMs, firstMs = longestFirstMs } = {},
): PasswordStrength {
  const oneAtATime = pLimit(1)
  let worker: Worker | undefined
  let rest: NodeJS.Timeout | undefined

  function restLater(): void {
    clearTimeout(rest)
    const end = () => {
      const idle = worker
      worker = undefined
      void idle?.terminate()
    }
    // The timer must not hold on to the request that happens to be last.
    rest = outsideOfRequests(() => setTimeout(end, restAfterMs)).unref()
  }

  /** Null on a timeout. The next request then starts a new thread. */
  function ask(question: Question): Promise<Estimate | null> {
    const waitMs = worker === undefined ? firstMs : longestMs
    const workerData = { minLength: site.minLength }
    const start = () => new Worker(new URL('./password-strength-worker.ts', import.meta.url), { workerData })
    const asked = worker ?? outsideOfRequests(start)
    worker = asked
    asked.unref()
    return new Promise<Answer | null>((resolve, reject) => {
      const answered = (answer: Answer) => {
        clearTimeout(tooLong)
        resolve(answer)
      }
      const ended = (cause: unknown) => {
        // Before the next request: a dead thread answers none.
        if (worker === asked) worker = undefined
        clearTimeout(tooLong)
        reject(new Error('The thread that rates passwords ended', { cause }))
      }
      const tooLong = setTimeout(() => {
        if (worker === asked) worker = undefined
        resolve(null)
        void asked.terminate()
      }, waitMs)
      asked.removeAllListeners().once('message', answered).once('error', ended).once('exit', ended)
      asked.postMessage(question)
    }).then((answer) => {
      if (typeof answer === 'string') throw new Error(`The password could not be rated: ${answer}`)
      return answer
    })
  }

  return {
    async estimate(password, owner, { patience = maxWaiting } = {}) {
      if (oneAtATime.pendingCount > patience) return refused('busy')
      const words = contextWords(owner, site.appOrigin)
      const estimate = await oneAtATime(() => {
        clearTimeout(rest)
        return ask({ password, words }).finally(restLater)
      })
      return estimate === null ? refused('busy') : ok(estimate)
    },
    async close() {
      clearTimeout(rest)
      await worker?.terminate()
    },
  }
}
