import type { Person } from '#lib/features/user-admin/people.ts'
import type { Words } from '#lib/words/words.ts'

export function stateOf({ status, deletedAt }: Pick<Person, 'status' | 'deletedAt'>) {
  return deletedAt === null ? status : ('deleted' as const)
}

/** Role and state as text. Unusual ones are highlighted. */
export function StateBadge({ words, person }: { words: Words; person: Person }) {
  const state = stateOf(person)
  return <span className={state === 'active' ? 'badge' : 'badge badge-warn'}>{words(`states.${state}`)}</span>
}
