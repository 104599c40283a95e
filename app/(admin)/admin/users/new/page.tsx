import { Mail } from 'lucide'
import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { outcomeOf } from '../../outcome.ts'
import { Sections } from '../../sections.tsx'
import { addPerson } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.new.title') }
}

export default async function NewPersonPage({ searchParams }: PageProps<'/admin/users/new'>) {
  await requireAdmin('/admin/users/new')
  const words = await getWords()
  const outcome = outcomeOf(words, 'person', await searchParams)

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="people" />
      <a href="/admin/users" className="link w-fit">
        {words('admin.person.back')}
      </a>
      <h1 className="text-xl sm:text-2xl">{words('admin.new.title')}</h1>
      {outcome !== null && <Outcome kind={outcome.kind}>{outcome.text}</Outcome>}
      <div className="grid items-start gap-6 xl:grid-cols-2">
        <section aria-labelledby="invite" className="card flex max-w-form flex-col gap-4 p-6">
          <h2 id="invite" className="text-lg">
            {words('admin.new.invite')}
          </h2>
          <p className="text-muted">{words('admin.new.invite_text')}</p>
          <p>
            <a href="/admin/invitations" className="button">
              <Icon drawing={Mail} />
              {words('admin.new.invite_link')}
            </a>
          </p>
        </section>
        <section aria-labelledby="create" className="card flex max-w-form flex-col gap-4 p-6">
          <h2 id="create" className="text-lg">
            {words('admin.new.create')}
          </h2>
          <p className="text-muted">{words('admin.new.create_text')}</p>
          <ActionForm action={addPerson}>
            <FormAlert />
            <Field
              name="username"
              label={words('fields.username')}
              hint={words('signup.username_hint')}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              required
            />
            <Field
              name="fullName"
              label={words('profile_fields.fullName.label')}
              hint={words('admin.new.optional')}
              autoComplete="off"
            />
            <Field
              name="email"
              label={words('fields.email')}
              hint={words('admin.new.email_hint')}
              type="email"
              autoComplete="off"
            />
            <Select
              name="role"
              label={words('fields.role')}
              hint={words('admin.new.role_hint')}
              value="member"
              options={rolesByTrust
                .filter((role) => role !== 'admin')
                .map((role) => ({ value: role, label: words(`roles.${role}`) }))}
            />
            <span>
              <SubmitButton label={words('admin.new.submit')} pendingLabel={words('admin.new.pending')} />
            </span>
          </ActionForm>
        </section>
      </div>
    </div>
  )
}
