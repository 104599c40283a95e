import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { deletePerson } from '../../actions.ts'
import { metadataOf, UserFormPage } from '../user-form-page.tsx'

export const generateMetadata = metadataOf('delete')

export default async function DeleteUserPage({ params }: PageProps<'/admin/users/[id]/delete'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/delete`)
  return <UserFormPage id={(await params).id} name="delete" action={deletePerson} look="danger" />
}
