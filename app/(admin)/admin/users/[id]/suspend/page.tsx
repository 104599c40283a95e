import { Field } from '#app/ui/field.tsx'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { suspend } from '../../actions.ts'
import { metadataOf, UserFormPage } from '../user-form-page.tsx'

export const generateMetadata = metadataOf('suspend')

export default async function SuspendUserPage({ params }: PageProps<'/admin/users/[id]/suspend'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/suspend`)
  const words = await getWords()
  return (
    <UserFormPage id={(await params).id} name="suspend" action={suspend} look="danger">
      <Field name="reason" label={words('fields.reason')} hint={words('admin.suspend.reason_hint')} required />
      <Field
        name="lastDay"
        label={words('fields.last_day')}
        hint={words('admin.suspend.last_day_hint')}
        type="date"
        className="max-w-48"
      />
    </UserFormPage>
  )
}
