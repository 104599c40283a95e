import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { addEmail, removeEmail } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('email_change.title') }
}

export default async function ChangeAddressPage({ searchParams }: PageProps<'/security/email'>) {
  const { user } = await requireRecentAuthentication('change-account', '/security/email')
  const words = await getWords()
  const refused = refusalIn(await searchParams)
  const isChange = user.email !== null && user.emailVerifiedAt !== null

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="security" />
      <div>
        <h1 className="text-xl sm:text-2xl">
          {words(user.email === null ? 'email_change.title_first' : 'email_change.title')}
        </h1>
        <p className="mt-2 text-muted">
          {isChange
            ? words.rich('email_change.lead_change', {
                address: () => <Verbatim key="address">{user.email}</Verbatim>,
              })
            : words('email_change.lead')}
        </p>
      </div>
      <div className="card p-6">
        <ActionForm action={addEmail}>
          <FormAlert>{refused !== null && <Notice kind="danger">{messageFor(words, refused).text}</Notice>}</FormAlert>
          <Field name="email" label={words('fields.email')} type="email" autoComplete="email" required />
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('email_change.submit')} pendingLabel={words('email_change.pending')} />
            <a href="/security" className="button">
              {words('email_change.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
      {user.email !== null && (
        <section aria-labelledby="remove" className="card flex flex-col gap-4 p-6">
          <div>
            <h2 id="remove" className="text-lg">
              {words('email_change.remove_title')}
            </h2>
            <p className="text-muted">{words('email_change.remove_text')}</p>
          </div>
          <ActionForm action={removeEmail}>
            <FormAlert />
            <div>
              <SubmitButton
                look="quiet"
                label={words('email_change.remove')}
                pendingLabel={words('email_change.remove_pending')}
              />
            </div>
          </ActionForm>
        </section>
      )}
    </div>
  )
}
