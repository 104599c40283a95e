// How guessable a password is: by the list of the most common ones, by the names that belong to its owner and this site,
// and by zxcvbn's word lists. The estimate is pure computing of up to a quarter of a second, so it runs on a thread of its
// own: the event loop stays free.
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import { seconds } from '../../core/clock.ts'
import { outsideOfRequests } from '../../core/request-context.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { contextWords, type PasswordOwner } from './context-words.ts'

export interface Estimate {
  /** 0 to 4; 3 and above need more than 10^8 guesses. */
  score: number
  /** The most useful thing to say about it, as a key of the catalogue's strength words; null when there is none. */
  advice: string | null
}

export interface PasswordStrength {
  /** Refuses with `busy` when more than `patience` estimates wait already, or the thread takes too long. */
  estimate(password: string, owner: PasswordOwner, options?: { patience?: number }): Promise<Result<Estimate, 'busy'>>
  close(): Promise<void>
}

/** What the thread is asked. */
export interface Question {
  password: string
  /** That everybody may know of its owner and of this site. */
  words: string[]
}

/** What the thread answers; a string is the message of its fault. */
export type Answer = Estimate | string

const maxWaiting = 20
/** Many times the slowest answer: a thread that takes longer is stuck, or the machine has no time for it. */
const longestAnswerMs = seconds(10)
/** Its first one waits for the lists, half a second of a core: on a machine under siege that is not soon. */
const longestFirstMs = seconds(60)

/** `minLength` and `appOrigin` as the settings have them: the list leaves out what is too short anyway. */
export function createPasswordStrength(
  site: { minLength: number; appOrigin: string },
  { longestMs = longestAnswerMs, firstMs = longestFirstMs } = {},
): PasswordStrength {
  const oneAtATime = pLimit(1)
  let worker: Worker | undefined

  /** Null when it takes too long; the next question then goes to a new thread. */
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
        // Before anybody asks again: a thread that ended answers nobody.
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
      const estimate = await oneAtATime(() => ask({ password, words }))
      return estimate === null ? refused('busy') : ok(estimate)
    },
    async close() {
      await worker?.terminate()
    },
  }
}
