import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { changeUsername } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('username_change.title') }
}

export default async function ChangeUsernamePage({ searchParams }: PageProps<'/security/username'>) {
  const { user } = await requireRecentAuthentication('change-account', '/security/username')
  const words = await getWords()
  const refused = refusalIn(await searchParams)

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="account" />
      <div>
        <h1 className="text-xl sm:text-2xl">{words('username_change.title')}</h1>
        <p className="mt-2 text-muted">{words('username_change.lead')}</p>
      </div>
      <div className="card p-6">
        <ActionForm action={changeUsername}>
          <FormAlert>{refused !== null && <Notice kind="danger">{messageFor(words, refused).text}</Notice>}</FormAlert>
          <Field
            name="username"
            label={words('fields.new_username')}
            hint={words('signup.username_hint')}
            value={user.username}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('username_change.submit')} pendingLabel={words('username_change.pending')} />
            <a href="/account" className="button">
              {words('username_change.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
