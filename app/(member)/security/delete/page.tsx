import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { deleteAccount } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('account_delete.title') }
}

export default async function DeleteAccountPage({ searchParams }: PageProps<'/security/delete'>) {
  await requireRecentAuthentication('manage-own-account', '/security/delete')
  const words = await getWords()
  const refused = refusalIn(await searchParams)

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="account" />
      <h1 className="text-xl sm:text-2xl">{words('account_delete.title')}</h1>
      <div className="card flex flex-col gap-4 p-6">
        {refused !== null && <Notice kind="danger">{messageFor(words, refused).text}</Notice>}
        <p>{words('account_delete.lead')}</p>
        <p>{words('account_delete.undo')}</p>
        <ActionForm action={deleteAccount}>
          <FormAlert />
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              look="danger"
              label={words('account_delete.submit')}
              pendingLabel={words('account_delete.pending')}
            />
            <a href="/account" className="button">
              {words('account_delete.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
