import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { services } from '#lib/services.ts'
import { requireAdmin } from '#lib/web/recent-proof.ts'
import { getWords } from '#lib/web/words.ts'
import { lookAs } from '../../actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.person.look') }
}

export default async function LookPersonPage({ params }: PageProps<'/admin/users/[id]/look'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/look`)
  const { id } = await params
  const words = await getWords()
  const person = await (await services()).people.find(id)
  if (person === null) notFound()

  return (
    <div className="flex max-w-[34rem] flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">
        {words.rich('admin.look.title', { username: () => <Verbatim key="username">{person.username}</Verbatim> })}
      </h1>
      <div className="card flex flex-col gap-4 p-6">
        <p>{words('admin.look.lead')}</p>
        <ActionForm action={lookAs}>
          <FormAlert />
          <input type="hidden" name="id" value={id} />
          <Field name="reason" label={words('fields.reason')} hint={words('admin.look.reason_hint')} required />
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('admin.look.submit')} pendingLabel={words('admin.person.pending')} />
            <a href={`/admin/users/${id}`} className="button">
              {words('admin.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
