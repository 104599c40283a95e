// What an act that waited for the password was refused for, as the address of its page tells.
import { waitTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

const codes = ['address_same', 'username_taken', 'last_admin'] as const
/** These come with a time to wait, in whole seconds. */
const waitCodes = ['mail_too_soon', 'rename_too_often'] as const

type Query = Record<string, string | string[] | undefined>

export function refusedQuery(fault: { code: string; waitMs?: number }): URLSearchParams {
  const query = new URLSearchParams({ refused: fault.code })
  if (fault.waitMs !== undefined) query.set('wait', String(Math.ceil(fault.waitMs / 1000)))
  return query
}

/** The sentence, or null. */
export function refusedSentence(words: Words, query: Query): string | null {
  const code = codes.find((known) => known === query.refused)
  if (code !== undefined) return words(`errors.${code}`)
  const waitCode = waitCodes.find((known) => known === query.refused)
  if (waitCode === undefined || typeof query.wait !== 'string' || !/^\d{1,6}$/.test(query.wait)) return null
  return words(`errors.${waitCode}`, { wait: waitTime(words, Number(query.wait) * 1000) })
}
