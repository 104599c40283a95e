// The result of the last action on an admin page, from the URL's query.
import { oneOf, type Query, textOf } from '#lib/web/query.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { messageFor, type Refusal } from '#lib/words/message-for.ts'
import type { Words } from '#lib/words/words.ts'

const done = {
  person: [
    'created',
    'created_only',
    'role',
    'suspended',
    'resumed',
    'ended',
    'reset',
    'factor_reset',
    'unlocked',
    'picture',
    'deleted',
    'restored',
  ],
  people: ['role', 'sessions', 'suspend'],
  invitations: ['made', 'mailed', 'withdrawn', 'already'],
} as const

export function outcomeOf(
  words: Words,
  page: keyof typeof done,
  query: Query,
): { kind: 'good' | 'danger' | 'warn'; text: string } | null {
  if (page === 'people') {
    const did = oneOf(query, 'did', done.people)
    if (did !== null) return severalIn(words, did, query)
    if (query.refused === 'export_too_often') return { kind: 'warn', text: words('admin.people.export_too_often') }
  } else if (page === 'person') {
    const what = oneOf(query, 'done', done.person)
    if (what !== null) return { kind: 'good', text: words(`admin.person.done.${what}`) }
  } else {
    const what = oneOf(query, 'done', done.invitations)
    if (what !== null)
      return { kind: what === 'already' ? 'warn' : 'good', text: words(`admin.invitations.done.${what}`) }
  }
  const refused = refusalIn(query)
  if (refused !== null) return { kind: 'danger', text: sentenceOf(words, refused) }
  return query.undone === 'unsaved' ? { kind: 'warn', text: words('admin.undone') } : null
}

/** How many of the selected people were changed, and why the others were not. */
function severalIn(words: Words, did: (typeof done.people)[number], query: Query) {
  const [count, left] = [numberIn(query, 'count'), numberIn(query, 'left')]
  const changed = words(`admin.people.did.${did}`, { count })
  if (left === 0) return { kind: 'good', text: changed } as const
  const reasons = textOf(query, 'why')
    .split(' ')
    .flatMap((code) => refusalIn({ refused: code }) ?? [])
    .map((refusal) => sentenceOf(words, refusal))
  return { kind: 'warn', text: [changed, words('admin.people.left', { count: left }), ...reasons].join(' ') } as const
}

function sentenceOf(words: Words, refusal: Refusal): string {
  return refusal.code === 'last_admin' ? words('errors.last_admin_other') : messageFor(words, refusal).text
}

function numberIn(query: Query, name: string): number {
  const text = textOf(query, name)
  return /^\d{1,4}$/.test(text) ? Number(text) : 0
}
