// The thread of password-strength.ts: loads the word lists once, answers one question at a time.
import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as commonWords } from '@zxcvbn-ts/language-common'
import { dictionary as englishWords } from '@zxcvbn-ts/language-en'
import type { Answer } from './password-strength.ts'

/**
 * Only this many code points are rated, because the estimate's cost grows faster than the password. What is strong
 * here is strong with more behind it.
 */
const ratedLength = 32

const zxcvbn = new ZxcvbnFactory({ dictionary: { ...commonWords, ...englishWords }, graphs: adjacencyGraphs })

parentPort?.on('message', ({ password, username }: { password: string; username: string }) => {
  parentPort?.postMessage(rate(password, username))
})

function rate(password: string, username: string): Answer {
  try {
    const rated = [...password].slice(0, ratedLength).join('')
    const { score, feedback } = zxcvbn.check(rated, [username, 'gatehouse'])
    return { score, advice: feedback.warning ?? feedback.suggestions[0] ?? null }
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault)
  }
}
