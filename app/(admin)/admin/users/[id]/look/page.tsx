import { Field } from '#app/ui/field.tsx'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { viewAs } from '../../actions.ts'
import { metadataOf, UserFormPage } from '../user-form-page.tsx'

export const generateMetadata = metadataOf('look')

export default async function ImpersonateUserPage({ params }: PageProps<'/admin/users/[id]/look'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/look`)
  const words = await getWords()
  return (
    <UserFormPage id={(await params).id} name="look" action={viewAs}>
      <Field name="reason" label={words('fields.reason')} hint={words('admin.look.reason_hint')} required />
    </UserFormPage>
  )
}
