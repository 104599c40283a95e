import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { HistoryList } from '#app/history/history-list.tsx'
import { ProfileValue } from '#app/profile-value.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Avatar } from '#app/ui/avatar.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { wrongPasswordsOf } from '#lib/auth/lockout/failure-counts.ts'
import { profileFieldNames } from '#lib/core/profile.ts'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { readHandedOver } from '#lib/web/cookies/one-time-links.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { findSignedIn, may } from '#lib/web/guards/current-user.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { stateOf } from '../../badges.tsx'
import { HandOver } from '../../hand-over.tsx'
import { outcomeOf } from '../../outcome.ts'
import { Sections } from '../../sections.tsx'
import { changeRole } from '../actions.ts'
import { AccessActs } from './access-acts.tsx'
import { DangerActs } from './danger-acts.tsx'
import { FactorList } from './factor-list.tsx'
import { SessionsCard } from './sessions-card.tsx'
import { StateNotice } from './state-notice.tsx'

export async function generateMetadata({ params }: PageProps<'/admin/users/[id]'>): Promise<Metadata> {
  const { id } = await params
  const words = await getWords()
  // The title of a page that somebody else may not open must not name its person.
  const signedIn = await findSignedIn()
  const person = signedIn && may(signedIn, 'see-people') ? await (await services()).userAdmin.find(id) : null
  return {
    title: person === null ? words('admin.people.title') : `${person.username} · ${words('admin.people.title')}`,
  }
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
  const isHandedOver = link !== null && (query.done === 'reset' || query.done === 'created')
  const isSaidWithState = state !== 'active' && !isHandedOver && outcome?.kind === 'good'
  const { factors } = person
  const isSelf = admin.id === id
  const hasProvedAddress = person.email !== null && person.emailVerifiedAt !== null
  const clock = (at: number) => <Clock at={at} now={session.now} timeZone={timeZone} words={words} />

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="people" />
      <a href="/admin/users" className="link w-fit">
        {words('admin.person.back')}
      </a>
      <div className="flex items-center gap-4">
        <Avatar person={person} size="large" />
        <div className="min-w-0">
          <h1 className="text-xl sm:text-2xl">
            <Verbatim>{person.username}</Verbatim>
          </h1>
          {person.profile.fullName !== '' && (
            <p className="text-muted">
              <Verbatim>{person.profile.fullName}</Verbatim>
            </p>
          )}
          <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
            <span>{words(`roles.${person.role}`)}</span>
            <span className={state === 'active' ? 'badge' : 'badge badge-warn'}>{words(`states.${state}`)}</span>
          </p>
        </div>
      </div>
      {isHandedOver && <HandOver said={outcome?.text} text={words('admin.person.reset_link')} link={link} />}
      {outcome !== null && !isHandedOver && !isSaidWithState && <Outcome kind={outcome.kind}>{outcome.text}</Outcome>}
      {isSelf && <Notice kind="note">{words('admin.person.yourself')}</Notice>}
      <StateNotice words={words} person={person} clock={clock} said={isSaidWithState ? outcome.text : null} />

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

          <SessionsCard words={words} id={id} live={live} isSelf={isSelf} now={session.now} timeZone={timeZone} />
        </div>
      </div>

      {!isSelf && state === 'active' && (
        <AccessActs
          words={words}
          person={person}
          wrongPasswords={wrongPasswords}
          removal={factorReset && clock(factorReset.dueAt)}
        />
      )}
      {!isSelf && <DangerActs words={words} person={person} />}

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
