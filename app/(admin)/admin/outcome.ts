// What was done just before one of the admin's pages was opened, as its address tells it.
import { oneOf, type Query } from '#lib/web/query.ts'
import type { Words } from '#lib/words/words.ts'

const done = {
  person: ['role', 'suspended', 'resumed', 'ended', 'reset', 'unlocked', 'deleted', 'restored'],
  invitations: ['made', 'mailed', 'withdrawn', 'already'],
} as const
const refused = ['yourself', 'person_gone', 'last_admin', 'not_shown', 'date_past', 'admin_by_hand'] as const

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
  const code = oneOf(query, 'refused', refused)
  if (code === 'last_admin') return { kind: 'danger', text: words('errors.last_admin_other') }
  if (code !== null) return { kind: 'danger', text: words(`errors.${code}`) }
  return query.undone === 'unsaved' ? { kind: 'warn', text: words('admin.undone') } : null
}
