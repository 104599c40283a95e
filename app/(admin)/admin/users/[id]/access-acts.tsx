import type { ReactNode } from 'react'
import { Verbatim } from '#app/ui/verbatim.tsx'
import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import type { Words } from '#lib/words/words.ts'
import { startFactorReset, startReset, unlock } from '../actions.ts'
import { ActGroup, ActRow, ActRowLink, ActRowText } from './act-row.tsx'

/** What helps an active user who cannot log in, or does not see what they should. */
export function AccessActs({
  words,
  person,
  wrongPasswords,
  removal,
}: {
  words: Words
  person: ManagedUser
  /** Since the last right one. */
  wrongPasswords: number
  /** When the second factors will be removed, if that was started. */
  removal: ReactNode | null
}) {
  const { id, username, role, email, emailVerifiedAt, factors } = person
  const hasProvedAddress = email !== null && emailVerifiedAt !== null
  const password = words('admin.person.reset_title')
  const secondFactors = words('admin.person.factor_reset_title')
  return (
    <ActGroup id="access" title={words('admin.person.access')}>
      {role === 'admin' && !hasProvedAddress ? (
        <ActRowText title={password} text={words('admin.person.reset_admin', { username })} />
      ) : (
        <ActRow
          words={words}
          id={id}
          action={startReset}
          title={password}
          label={words('admin.person.reset')}
          text={
            hasProvedAddress
              ? words.rich('admin.person.reset_mail', { address: () => <Verbatim key="address">{email}</Verbatim> })
              : words('admin.person.reset_hand')
          }
        />
      )}
      {(factors.hasSecondFactor || factors.passkeyCount > 0) &&
        (removal !== null ? (
          <ActRowText
            title={secondFactors}
            text={words.rich('admin.person.factor_reset_waits', { when: () => <span key="when">{removal}</span> })}
          />
        ) : hasProvedAddress ? (
          <ActRow
            words={words}
            id={id}
            action={startFactorReset}
            title={secondFactors}
            label={words('admin.person.factor_reset')}
            text={words('admin.person.factor_reset_text')}
          />
        ) : (
          <ActRowText
            title={secondFactors}
            text={words.rich('admin.person.factor_reset_operator', {
              command: () => (
                <code key="command" translate="no" className="wrap-anywhere">
                  npm run cli -- user reset-two-factor {username}
                </code>
              ),
            })}
          />
        ))}
      <ActRow
        words={words}
        id={id}
        action={unlock}
        title={words('admin.person.unlock_title')}
        label={words('admin.person.unlock')}
        text={words('admin.person.unlock_text', { count: wrongPasswords })}
      />
      {role !== 'admin' && (
        <ActRowLink
          href={`/admin/users/${id}/look`}
          title={words('admin.person.look_title')}
          label={words('admin.person.look')}
          text={words('admin.person.look_text')}
        />
      )}
    </ActGroup>
  )
}
