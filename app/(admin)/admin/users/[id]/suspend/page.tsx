import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { suspend } from '../../actions.ts'
import { SuspensionFields } from '../../suspension-fields.tsx'
import { metadataOf, UserFormPage } from '../user-form-page.tsx'

export const generateMetadata = metadataOf('suspend')

export default async function SuspendUserPage({ params }: PageProps<'/admin/users/[id]/suspend'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/suspend`)
  return (
    <UserFormPage id={(await params).id} name="suspend" action={suspend} look="danger">
      <SuspensionFields words={await getWords()} />
    </UserFormPage>
  )
}
