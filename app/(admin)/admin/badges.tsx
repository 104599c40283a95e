import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'

export function stateOf({ status, deletedAt }: Pick<ManagedUser, 'status' | 'deletedAt'>) {
  return deletedAt === null ? status : ('deleted' as const)
}

/** What is unusual about a user: suspended, deleted, or without the second factor that the role requires. */
export function ExceptionBadges({
  words,
  person,
  needsFactor,
}: {
  words: Words
  person: ManagedUser
  needsFactor: boolean
}) {
  const state = stateOf(person)
  return (
    <>
      {state !== 'active' && <span className="badge badge-warn flex-none">{words(`states.${state}`)}</span>}
      {needsFactor && !person.factors.hasSecondFactor && (
        <span className="badge badge-warn flex-none">{words('admin.people.factors.missing')}</span>
      )}
    </>
  )
}

/** What the user adds to the password. */
export function factorsOf({ factors: { hasTotp, passkeyCount } }: ManagedUser) {
  if (passkeyCount === 0) return hasTotp ? 'app' : 'none'
  return hasTotp ? 'both' : 'passkey'
}
