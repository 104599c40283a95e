import { Avatar } from '#app/ui/avatar.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'
import { ExceptionBadges, factorsOf } from '../badges.tsx'

/** A person in the list. The link covers the row, but for the checkbox. */
export function PersonRow({
  words,
  person,
  isSelf,
  isSelected,
  needsFactor,
  lastActive,
  now,
  timeZone,
}: {
  words: Words
  person: ManagedUser
  isSelf: boolean
  isSelected: boolean
  needsFactor: boolean
  lastActive: number | null
  now: number
  timeZone: string | null
}) {
  const { id, username, email, emailVerifiedAt, role, profile } = person
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} isShort />
  const factors = factorsOf(person)
  return (
    <tr>
      <td className="select-cell">
        <label className="select">
          <input
            type="checkbox"
            name="id"
            value={id}
            defaultChecked={isSelected}
            className="size-5"
            aria-label={words('admin.people.select', { username })}
          />
        </label>
      </td>
      <th scope="row">
        <span className="flex items-center gap-3">
          <span className="wide-only">
            <Avatar person={person} />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex min-w-0 items-center gap-2">
              <a href={`/admin/users/${id}`} className="row-link clip min-w-0">
                <Verbatim>{username}</Verbatim>
              </a>
              {isSelf && <span className="badge flex-none">{words('admin.people.yourself')}</span>}
              <ExceptionBadges words={words} person={person} needsFactor={needsFactor} />
            </span>
            {profile.fullName !== '' && (
              <span className="clip wide-only text-sm font-normal text-muted">
                <Verbatim>{profile.fullName}</Verbatim>
              </span>
            )}
          </span>
        </span>
      </th>
      <td className="email-cell">
        <span className="clip">
          <span className="narrow-only">{words(`roles.${role}`)}</span>
          {(email ?? profile.fullName) !== '' && (
            <>
              <span className="narrow-only">{' · '}</span>
              <Verbatim className={email === null ? 'narrow-only' : ''}>{email ?? profile.fullName}</Verbatim>
            </>
          )}
        </span>
        {email !== null && emailVerifiedAt === null && (
          <span className="wide-only text-sm text-warn">{words('admin.people.unverified')}</span>
        )}
      </td>
      <td className="wide-cell">
        <span className="block">{words(`roles.${role}`)}</span>
        {factors !== 'none' && (
          <span className="block text-sm text-muted">{words(`admin.people.factors.${factors}`)}</span>
        )}
      </td>
      <td className="active-cell">{lastActive === null ? words('admin.people.never') : clock(lastActive)}</td>
      <td className="wide-cell">{clock(person.createdAt)}</td>
    </tr>
  )
}
