import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { HistoryList } from '#app/history/history-list.tsx'
import { ProfileValue } from '#app/profile-value.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { wrongPasswordsOf } from '#lib/auth/lockout/failure-counts.ts'
import { parseDevice } from '#lib/core/device.ts'
import { profileFieldNames } from '#lib/core/profile.ts'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { isDeletedByAdmin } from '#lib/features/user-admin/user-admin.ts'
import { services } from '#lib/services.ts'
import { readHandedOver } from '#lib/web/cookies/one-time-links.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { deviceName } from '#lib/words/sentences.ts'
import { StateBadge, stateOf } from '../../badges.tsx'
import { HandOver } from '../../hand-over.tsx'
import { outcomeOf } from '../../outcome.ts'
import { Sections } from '../../sections.tsx'
import { changeRole, endSessionsOf, restorePerson, resume, startFactorReset, startReset, unlock } from '../actions.ts'
import { ActRow, ActRowLink, ActRowText } from './act-row.tsx'
import { FactorList } from './factor-list.tsx'

export async function generateMetadata({ params }: PageProps<'/admin/users/[id]'>): Promise<Metadata> {
  await params
  const words = await getWords()
  return { title: words('admin.people.title') }
}

export default async function PersonPage({ params, searchParams }: PageProps<'/admin/users/[id]'>) {
  const { user: admin, session } = await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}`)
  const { id } = await params
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const { userAdmin, sessions, audit, stores, factorResets, settings } = await services()
  const person = await userAdmin.find(id)
  if (person === null) notFound()
  const [live, lockouts, history, link, factorReset] = await Promise.all([
    sessions.list(id),
    stores.lockouts.listByUser(id),
    audit.history(id),
    readHandedOver('reset-password', id),
    factorResets.find(id),
  ])
  const names = await userAdmin.findNames(history.map(({ actorId }) => actorId))
  const query = await searchParams
  const outcome = outcomeOf(words, 'person', query)
  const state = stateOf(person)
  const failures = wrongPasswordsOf(person, lockouts)
  /** Consecutive wrong passwords from known and new browsers, which have separate waiting times. */
  const wrongPasswords = (failures?.new.count ?? 0) + (failures?.known.count ?? 0)
  const { factors } = person
  const isSelf = admin.id === id
  const isClosed = isDeletedByAdmin(person)
  const isSuspended = person.status === 'suspended' && !isClosed
  const hasProvedAddress = person.email !== null && person.emailVerifiedAt !== null
  const clock = (at: number) => <Clock at={at} now={session.now} timeZone={timeZone} words={words} />
  const here = `/admin/users/${id}`

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="people" />
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="flex flex-wrap items-center gap-3 text-xl sm:text-2xl">
          <Verbatim>{person.username}</Verbatim>
          <StateBadge words={words} person={person} />
        </h1>
        <a href="/admin/users" className="link">
          {words('admin.person.back')}
        </a>
      </div>
      {outcome !== null && <Notice kind={outcome.kind}>{outcome.text}</Notice>}
      {link !== null && query.done === 'reset' && <HandOver text={words('admin.person.reset_link')} link={link} />}
      {isSelf && <Notice kind="note">{words('admin.person.yourself')}</Notice>}
      {state !== 'active' && (
        <Notice kind="warn">
          <span>
            {person.deletedAt !== null
              ? words.rich('admin.person.deleted_at', {
                  when: () => <span key="when">{clock(person.deletedAt ?? 0)}</span>,
                })
              : person.suspendedUntil === null
                ? words('admin.person.suspended')
                : words.rich('admin.person.suspended_until', {
                    when: () => <span key="when">{clock(person.suspendedUntil ?? 0)}</span>,
                  })}
          </span>
          {person.deletedAt !== null && !isClosed && (
            <span className="block">
              {words(isSuspended ? 'admin.person.deleted_suspended' : 'admin.person.deleted_own')}
            </span>
          )}
          {person.suspendReason !== '' && (
            <span className="block">{words('admin.person.reason', { reason: person.suspendReason })}</span>
          )}
        </Notice>
      )}

      <div className="grid items-start gap-6 xl:grid-cols-2">
        <section aria-labelledby="account" className="card p-6">
          <h2 id="account" className="mb-4 text-lg">
            {words('admin.person.account')}
          </h2>
          <dl className="facts">
            {profileFieldNames.map((name) => (
              <Fact key={name} name={words(`profile_fields.${name}.label`)}>
                <ProfileValue profile={person.profile} name={name} notSet={words('fields.not_set')} />
              </Fact>
            ))}
            <Fact name={words('fields.email')}>
              {person.email === null ? (
                words('admin.person.email_none')
              ) : (
                <span className="flex flex-wrap gap-x-3 gap-y-1">
                  <Verbatim>{person.email}</Verbatim>
                  <span className={hasProvedAddress ? 'badge' : 'badge badge-warn'}>
                    {words(hasProvedAddress ? 'security.email.verified' : 'security.email.unverified')}
                  </span>
                </span>
              )}
            </Fact>
            <Fact name={words('admin.person.signed_up')}>{clock(person.createdAt)}</Fact>
            <Fact name={words('admin.person.password_changed')}>
              {person.passwordChangedAt === null ? words('admin.person.never') : clock(person.passwordChangedAt)}
            </Fact>
            <Fact name={words('admin.people.second_factor')}>
              <FactorList words={words} factors={factors} isRequired={settings.requireTwoFactor.includes(person.role)}>
                {clock}
              </FactorList>
            </Fact>
            <Fact name={words('admin.person.id')}>
              <code translate="no" className="figures text-sm break-all">
                {person.id}
              </code>
            </Fact>
          </dl>
        </section>

        <div className="flex flex-col gap-6">
          <section aria-labelledby="role-of" className="card p-6">
            <h2 id="role-of" className="mb-4 text-lg">
              {words('admin.person.role')}
            </h2>
            {isSelf ? (
              <p>{words(`roles.${person.role}`)}</p>
            ) : (
              <ActionForm action={changeRole}>
                <FormAlert />
                <input type="hidden" name="id" value={id} />
                <Select
                  name="role"
                  label={words('fields.role')}
                  hint={words('admin.person.role_hint')}
                  value={person.role}
                  options={rolesByTrust.map((role) => ({ value: role, label: words(`roles.${role}`) }))}
                />
                <span>
                  <SubmitButton
                    look="quiet"
                    label={words('admin.person.role_submit')}
                    pendingLabel={words('admin.person.pending')}
                  />
                </span>
              </ActionForm>
            )}
          </section>

          <section aria-labelledby="sessions" className="card">
            <h2 id="sessions" className="p-6 pb-4 text-lg">
              {words('admin.person.sessions')}
            </h2>
            {live.length === 0 && <p className="px-6 pb-6 text-muted">{words('admin.person.no_sessions')}</p>}
            <ul>
              {live.map((one) => (
                <li key={one.id} className="figures border-t border-line px-6 py-4 text-sm">
                  <p className="font-medium">{deviceName(words, parseDevice(one.userAgent))}</p>
                  <p className="text-muted">
                    <Verbatim>{one.address || words('security.sessions.address_unknown')}</Verbatim>
                    {' · '}
                    {words('security.sessions.last_active')} {clock(one.lastActivityAt)}
                  </p>
                </li>
              ))}
            </ul>
            {live.length > 0 && (
              <ActRow words={words} id={id} action={endSessionsOf} label={words('admin.person.end_sessions')} />
            )}
          </section>
        </div>
      </div>

      {!isSelf && (
        <section aria-labelledby="access" className="card">
          <h2 id="access" className="p-6 text-lg">
            {words('admin.person.access')}
          </h2>
          {state === 'active' && (
            <>
              {person.role === 'admin' && !hasProvedAddress ? (
                <ActRowText text={words('admin.person.reset_admin', { username: person.username })} />
              ) : (
                <ActRow
                  words={words}
                  id={id}
                  action={startReset}
                  label={words('admin.person.reset')}
                  text={
                    hasProvedAddress
                      ? words.rich('admin.person.reset_mail', {
                          address: () => <Verbatim key="address">{person.email}</Verbatim>,
                        })
                      : words('admin.person.reset_hand')
                  }
                />
              )}
              {(factors.hasSecondFactor || factors.passkeyCount > 0) &&
                (factorReset !== null ? (
                  <ActRowText
                    text={words.rich('admin.person.factor_reset_waits', {
                      when: () => <span key="when">{clock(factorReset.dueAt)}</span>,
                    })}
                  />
                ) : hasProvedAddress ? (
                  <ActRow
                    words={words}
                    id={id}
                    action={startFactorReset}
                    label={words('admin.person.factor_reset')}
                    text={words('admin.person.factor_reset_text')}
                  />
                ) : (
                  <ActRowText text={words('admin.person.factor_reset_operator', { username: person.username })} />
                ))}
              <ActRow
                words={words}
                id={id}
                action={unlock}
                label={words('admin.person.unlock')}
                text={words('admin.person.unlock_text', { count: wrongPasswords })}
              />
              {person.role !== 'admin' && (
                <ActRowLink
                  href={`${here}/look`}
                  label={words('admin.person.look')}
                  text={words('admin.person.look_text')}
                />
              )}
            </>
          )}
          {person.status === 'active' && (
            <ActRowLink
              href={`${here}/suspend`}
              label={words('admin.person.suspend')}
              text={words(state === 'deleted' ? 'admin.person.suspend_deleted_text' : 'admin.person.suspend_text')}
            />
          )}
          {isSuspended && <ActRow words={words} id={id} action={resume} label={words('admin.person.resume')} />}
          {state === 'deleted' && (
            <ActRow words={words} id={id} action={restorePerson} label={words('admin.person.restore')} />
          )}
          {!isClosed && (
            <ActRowLink
              href={`${here}/delete`}
              label={words(state === 'deleted' ? 'admin.person.delete_final' : 'admin.person.delete')}
              text={words(state === 'deleted' ? 'admin.person.delete_final_text' : 'admin.person.delete_text')}
            />
          )}
        </section>
      )}

      <HistoryList
        words={words}
        entries={history}
        names={names}
        guards={words('admin.person.history')}
        personId={id}
        now={session.now}
        timeZone={timeZone}
        more={
          <a href={`/admin/audit?person=${id}`} className="link">
            {words('admin.person.whole_history')}
          </a>
        }
      />
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
