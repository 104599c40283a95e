import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { readHandedOver } from '#lib/web/cookies/one-time-links.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { clockTime } from '#lib/words/time.ts'
import { HandOver } from '../hand-over.tsx'
import { outcomeOf } from '../outcome.ts'
import { Sections } from '../sections.tsx'
import { invite, withdrawInvitation } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.invitations.title') }
}

export default async function InvitationsPage({ searchParams }: PageProps<'/admin/invitations'>) {
  const { session } = await requireAdmin('/admin/invitations')
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const { invitations, userAdmin } = await services()
  const open = await invitations.list()
  const names = await userAdmin.findNames(open.map(({ by }) => by))
  const query = await searchParams
  const outcome = outcomeOf(words, 'invitations', query)
  const links = await Promise.all(open.map(({ id }) => readHandedOver('invitation', id)))
  const link = links.find((found) => found !== null)
  const clock = (at: number) => <Clock at={at} now={session.now} timeZone={timeZone} words={words} />

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="invitations" />
      <h1 className="text-xl sm:text-2xl">{words('admin.invitations.title')}</h1>
      {link && query.done === 'made' ? (
        <HandOver said={outcome?.text} text={words('admin.invitations.link')} link={link} />
      ) : (
        outcome !== null && <Outcome kind={outcome.kind}>{outcome.text}</Outcome>
      )}
      <div className="card flex max-w-form flex-col gap-4 p-6">
        <p className="text-muted">{words('admin.invitations.lead')}</p>
        <ActionForm action={invite}>
          <FormAlert />
          <Select
            name="role"
            label={words('fields.role')}
            value="member"
            options={rolesByTrust.map((role) => ({ value: role, label: words(`roles.${role}`) }))}
          />
          <Field
            name="email"
            label={words('fields.email')}
            hint={words('admin.invitations.email_hint')}
            type="email"
            autoComplete="off"
          />
          <span>
            <SubmitButton label={words('admin.invitations.submit')} pendingLabel={words('admin.invitations.pending')} />
          </span>
        </ActionForm>
      </div>
      <h2 className="text-lg">{words('admin.invitations.open')}</h2>
      {open.length === 0 ? (
        <p className="text-muted">{words('admin.invitations.none')}</p>
      ) : (
        <div className="table-frame">
          <table className="table table-cards">
            <thead>
              <tr>
                <th scope="col">{words('fields.email')}</th>
                <th scope="col">{words('fields.role')}</th>
                <th scope="col">{words('admin.invitations.by')}</th>
                <th scope="col">{words('admin.invitations.made')}</th>
                <th scope="col">{words('admin.invitations.expires')}</th>
                <th scope="col">
                  <span className="sr-only">{words('admin.invitations.withdraw')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {open.map(({ id, email, role, by, createdAt, expiresAt }) => (
                <tr key={id}>
                  <th scope="row">
                    {email === null ? words('admin.invitations.handed_over') : <Verbatim>{email}</Verbatim>}
                  </th>
                  <td data-label={words('fields.role')}>{words(`roles.${role}`)}</td>
                  <td data-label={words('admin.invitations.by')}>
                    <Verbatim>{names.get(by) ?? by}</Verbatim>
                  </td>
                  <td data-label={words('admin.invitations.made')}>{clock(createdAt)}</td>
                  <td data-label={words('admin.invitations.expires')}>{clock(expiresAt)}</td>
                  <td>
                    <ActionForm action={withdrawInvitation}>
                      <FormAlert />
                      <input type="hidden" name="id" value={id} />
                      <span>
                        <SubmitButton
                          look="quiet"
                          label={words('admin.invitations.withdraw')}
                          pendingLabel={words('admin.person.pending')}
                          about={words('admin.invitations.withdraw_which', {
                            when: clockTime(words, createdAt, session.now, timeZone),
                          })}
                        />
                      </span>
                    </ActionForm>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
