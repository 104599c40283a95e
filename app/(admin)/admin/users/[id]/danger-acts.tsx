import { isDeletedByAdmin, type ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'
import { removePicture, restorePerson, resume } from '../actions.ts'
import { ActGroup, ActRow, ActRowLink } from './act-row.tsx'

/** What restricts an account: removal of the picture, suspension and deletion, and the way back from the last two. */
export function DangerActs({ words, person }: { words: Words; person: ManagedUser }) {
  const { id, status, deletedAt, picture } = person
  const here = `/admin/users/${id}`
  const isDeleted = deletedAt !== null
  const isClosed = isDeletedByAdmin(person)
  return (
    <ActGroup id="danger" title={words('admin.person.danger')} isDanger>
      {picture !== null && (
        <ActRow
          words={words}
          id={id}
          action={removePicture}
          title={words('admin.person.picture_title')}
          label={words('admin.person.picture')}
          text={words('admin.person.picture_text')}
        />
      )}
      {status === 'active' && (
        <ActRowLink
          href={`${here}/suspend`}
          look="button button-danger-quiet"
          title={words('admin.person.suspend_title')}
          label={words('admin.person.suspend')}
          text={words(isDeleted ? 'admin.person.suspend_deleted_text' : 'admin.person.suspend_text')}
        />
      )}
      {status === 'suspended' && !isClosed && (
        <ActRow
          words={words}
          id={id}
          action={resume}
          title={words('admin.person.suspend_title')}
          label={words('admin.person.resume')}
          text={words('admin.person.resume_text')}
        />
      )}
      {isDeleted && (
        <ActRow
          words={words}
          id={id}
          action={restorePerson}
          title={words('admin.person.restore_title')}
          label={words('admin.person.restore')}
          text={words('admin.person.restore_text')}
        />
      )}
      {!isClosed && (
        <ActRowLink
          href={`${here}/delete`}
          look="button button-danger-quiet"
          title={words('admin.person.delete_title')}
          label={words(isDeleted ? 'admin.person.delete_final' : 'admin.person.delete')}
          text={words(isDeleted ? 'admin.person.delete_final_text' : 'admin.person.delete_text')}
        />
      )}
    </ActGroup>
  )
}
