// The result of the last action on an admin page, from the URL's query.
import { oneOf, type Query } from '#lib/web/query.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { messageFor } from '#lib/words/message-for.ts'
import type { Words } from '#lib/words/words.ts'

const done = {
  person: ['role', 'suspended', 'resumed', 'ended', 'reset', 'factor_reset', 'unlocked', 'deleted', 'restored'],
  invitations: ['made', 'mailed', 'withdrawn', 'already'],
} as const

export function outcomeOf(
  words: Words,
  page: keyof typeof done,
  query: Query,
): { kind: 'good' | 'danger' | 'warn'; text: string } | null {
  if (page === 'person') {
    const what = oneOf(query, 'done', done.person)
    if (what !== null) return { kind: 'good', text: words(`admin.person.done.${what}`) }
  } else {
    const what = oneOf(query, 'done', done.invitations)
    if (what !== null)
      return { kind: what === 'already' ? 'warn' : 'good', text: words(`admin.invitations.done.${what}`) }
  }
  const refused = refusalIn(query)
  if (refused?.code === 'last_admin') return { kind: 'danger', text: words('errors.last_admin_other') }
  if (refused !== null) return { kind: 'danger', text: messageFor(words, refused).text }
  return query.undone === 'unsaved' ? { kind: 'warn', text: words('admin.undone') } : null
}
