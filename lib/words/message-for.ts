// The one place that turns a code into what people read: its sentence, the form field that it belongs to, and the HTTP
// status of the page that shows it.
import { adviceSentence, errorSentence } from './sentences.ts'
import { waitTime } from './time.ts'
import type { Words } from './words.ts'

/** About how long the longest queue of password work takes to clear, rounded up. */
export const busySeconds = 2

/** A refusal of a command or domain function. Its other numbers and texts are arguments of the message. */
export interface Refusal {
  code: string
  waitMs?: number
  advice?: string | null
}

export interface Message {
  text: string
  /** Null for a message about the whole form. */
  field: string | null
  /** 429 (RFC 6585, 4) where the user has to wait. Null: the page's own. */
  status: 429 | null
}

const fields: readonly [codes: RegExp, field: string][] = [
  [/^username_taken$/, 'username'],
  [/^address_same$/, 'email'],
  [/^(code_|address_taken$)/, 'code'],
  [/^current_password_wrong$/, 'currentPassword'],
  [/^password_(?!locked|change)/, 'password'],
]

/** Waits that every user meets: browsers show a 429 as an error. */
const pauses = ['mail_too_soon', 'rename_too_often']

/** Throws when the catalogue has no such code, or the refusal lacks an argument of its message. */
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
