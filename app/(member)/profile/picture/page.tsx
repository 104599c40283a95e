import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Avatar } from '#app/ui/avatar.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { FormTokenField } from '#app/ui/form-token.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { uploadPath } from '#lib/web/forms/body-limit.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { removePicture } from './actions.ts'
import { PictureField } from './picture-field.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('picture.title') }
}

export default async function PicturePage({ searchParams }: PageProps<'/profile/picture'>) {
  const { user } = await requirePermission('change-profile', '/profile/picture')
  const words = await getWords()
  const refusal = refusalIn(await searchParams)

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="profile" />
      <div>
        <h1 className="text-xl sm:text-2xl">{words('picture.title')}</h1>
        <p className="mt-1 text-muted">{words('picture.lead')}</p>
      </div>
      {refusal !== null && <Notice kind="warn">{messageFor(words, refusal).text}</Notice>}
      <div className="card flex flex-col gap-6 p-6">
        <form method="post" action={uploadPath} encType="multipart/form-data" className="flex flex-col gap-6">
          <FormTokenField />
          <PictureField
            present={<Avatar person={user} size="preview" />}
            words={{
              label: words('picture.choose'),
              hint: words('picture.hint'),
              scriptedHint: words('picture.hint_scripted'),
              preview: words('picture.preview'),
              unreadable: words('picture.unreadable'),
            }}
          />
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('picture.submit')} pendingLabel={words('picture.pending')} />
            <a href="/profile" className="button">
              {words('picture.cancel')}
            </a>
          </div>
        </form>
        {user.picture !== null && (
          <div className="border-t border-line pt-6">
            <ActionForm action={removePicture}>
              <FormAlert />
              <div>
                <SubmitButton look="quiet" label={words('picture.remove')} pendingLabel={words('picture.removing')} />
              </div>
            </ActionForm>
          </div>
        )}
      </div>
    </div>
  )
}
