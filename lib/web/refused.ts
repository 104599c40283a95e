// What an act that waited for the password was refused for, as the address of its page tells.
import type { Words } from '#lib/words/words.ts'

const codes = ['address_same', 'username_taken', 'rename_too_often', 'last_admin'] as const

/** The sentence, or null. */
export function refusedSentence(words: Words, query: { refused?: string | string[] | undefined }): string | null {
  const code = codes.find((known) => known === query.refused)
  if (code !== undefined) return words(`errors.${code}`)
  return query.refused === 'mail_too_soon'
    ? words('errors.mail_too_soon', { wait: words('time.minutes', { minutes: 1 }) })
    : null
}
