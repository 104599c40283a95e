import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { services } from '#lib/services.ts'
import { requireAdmin } from '#lib/web/recent-proof.ts'
import { getWords } from '#lib/web/words.ts'
import { deletePerson } from '../../actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.person.delete') }
}

export default async function DeletePersonPage({ params }: PageProps<'/admin/users/[id]/delete'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/delete`)
  const { id } = await params
  const words = await getWords()
  const person = await (await services()).people.find(id)
  if (person === null) notFound()

  return (
    <div className="flex max-w-[34rem] flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">
        {words.rich('admin.delete.title', { username: () => <Verbatim key="username">{person.username}</Verbatim> })}
      </h1>
      <div className="card flex flex-col gap-4 p-6">
        <p>{words(person.deletedAt === null ? 'admin.delete.lead' : 'admin.person.delete_final_text')}</p>
        <ActionForm action={deletePerson}>
          <FormAlert />
          <input type="hidden" name="id" value={id} />
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              look="danger"
              label={words('admin.delete.submit')}
              pendingLabel={words('admin.person.pending')}
            />
            <a href={`/admin/users/${id}`} className="button">
              {words('admin.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
