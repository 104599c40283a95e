import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'

export function stateOf({ status, deletedAt }: Pick<ManagedUser, 'status' | 'deletedAt'>) {
  return deletedAt === null ? status : ('deleted' as const)
}

/** Role and state as text. Unusual ones are highlighted. */
export function StateBadge({ words, person }: { words: Words; person: ManagedUser }) {
  const state = stateOf(person)
  return <span className={state === 'active' ? 'badge' : 'badge badge-warn'}>{words(`states.${state}`)}</span>
}
