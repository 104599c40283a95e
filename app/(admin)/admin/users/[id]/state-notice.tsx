import type { ReactNode } from 'react'
import { Notice } from '#app/ui/notice.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { isDeletedByAdmin, type ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'
import { stateOf } from '../../badges.tsx'

/** Why and until when a user is suspended or deleted. Nothing for others. */
export function StateNotice({
  words,
  person,
  clock,
  said,
}: {
  words: Words
  person: ManagedUser
  clock: (at: number) => ReactNode
  /** What was just done, or null. */
  said: string | null
}) {
  const { deletedAt, suspendedUntil, suspendReason, status } = person
  if (stateOf(person) === 'active') return null
  const when = (at: number) => ({ when: () => <span key="when">{clock(at)}</span> })
  const Told = said === null ? Notice : Outcome
  return (
    <Told kind="warn">
      {said !== null && <span className="block font-medium">{said}</span>}
      <span>
        {deletedAt !== null
          ? words.rich('admin.person.deleted_at', when(deletedAt))
          : suspendedUntil === null
            ? words('admin.person.suspended')
            : words.rich('admin.person.suspended_until', when(suspendedUntil))}
      </span>
      {deletedAt !== null && !isDeletedByAdmin(person) && (
        <span className="block">
          {words(status === 'suspended' ? 'admin.person.deleted_suspended' : 'admin.person.deleted_own')}
        </span>
      )}
      {suspendReason !== '' && <span className="block">{words('admin.person.reason', { reason: suspendReason })}</span>}
    </Told>
  )
}
