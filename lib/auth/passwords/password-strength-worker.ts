// The worker thread of password-strength.ts: loads the word lists once and answers one request at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as commonWords } from '@zxcvbn-ts/language-common'
import { dictionary as englishWords } from '@zxcvbn-ts/language-en'
import { readCommonPasswords } from './common-passwords.ts'
import { isOnlyContext } from './context-words.ts'
import type { Answer, Question } from './password-strength.ts'

/**
 * Rates only this many code points, because the cost grows faster than the length. A strong prefix stays strong with
 * more behind it.
 */
const ratedLength = 32

const zxcvbn = new ZxcvbnFactory({ dictionary: { ...commonWords, ...englishWords }, graphs: adjacencyGraphs })

const { minLength }: { minLength: number } = workerData
const commonPasswords = readCommonPasswords(minLength)

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(rate(question))
})

function rate({ password, words }: Question): Answer {
  try {
    // Compare the whole password, as NIST SP 800-63B-4 asks: a common password with a strong addition is fine.
    if (commonPasswords.has(password.normalize('NFC').toLowerCase())) return { score: 0, advice: 'listed' }
    if (isOnlyContext(password, words)) return { score: 0, advice: 'context' }
    const rated = [...password].slice(0, ratedLength).join('')
    const { score, feedback } = zxcvbn.check(rated, words)
    return { score, advice: feedback.warning ?? feedback.suggestions[0] ?? null }
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault)
  }
}
