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

/** What the user adds to the password. Marked when the role requires one and there is none. */
export function FactorBadge({ words, person, isRequired }: { words: Words; person: ManagedUser; isRequired: boolean }) {
  const { hasTotp, passkeyCount, hasSecondFactor } = person.factors
  const which = hasTotp ? (passkeyCount > 0 ? 'both' : 'app') : passkeyCount > 0 ? 'passkey' : 'none'
  if (hasSecondFactor || !isRequired) return words(`admin.people.factors.${which}`)
  return <span className="badge badge-warn">{words('admin.people.factors.missing')}</span>
}
