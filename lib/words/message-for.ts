// Turns a code into its message for users: the sentence, the form field, and the HTTP status of the page.
import { adviceSentence, errorSentence } from './sentences.ts'
import { waitTime } from './time.ts'
import type { Words } from './words.ts'

/** The longest queue of password hashes takes about this long, rounded up. */
export const busySeconds = 2

/** A refusal by a command or domain function. Its other properties are arguments of the message. */
export interface Refusal {
  code: string
  waitMs?: number
  advice?: string | null
}

export interface Message {
  text: string
  /** Null for a message about the whole form. */
  field: string | null
  /** 429 (RFC 6585, 4) when the user has to wait. Null: the page's own status. */
  status: 429 | null
}

const fields: readonly [codes: RegExp, field: string][] = [
  [/^username_taken$/, 'username'],
  [/^address_same$/, 'email'],
  [/^(code_|address_taken$)/, 'code'],
  [/^current_password_/, 'currentPassword'],
  [/^password_(?!locked|change)/, 'password'],
]

/** Waits in normal use. They get no 429, because browsers log it as an error. */
const pauses = ['mail_too_soon', 'rename_too_often']

/** Throws when the message catalogue lacks the code, or the refusal lacks an argument. */
export function messageFor(words: Words, refusal: Refusal): Message {
  const { code, waitMs, advice = null } = refusal
  const args = {
    ...refusal,
    seconds: busySeconds,
    ...(waitMs !== undefined && { wait: waitTime(words, waitMs) }),
    ...(code === 'password_guessable' && { reason: adviceSentence(words, advice) }),
  } as Record<string, string | number>
  const field = fields.find(([codes]) => codes.test(code))?.[1] ?? null
  const isTooMany = waitMs !== undefined && !pauses.includes(code)
  return { text: errorSentence(words, code, args), field, status: isTooMany ? 429 : null }
}
