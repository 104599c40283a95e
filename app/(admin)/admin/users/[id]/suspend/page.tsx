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
import { suspend } from '../../actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.person.suspend') }
}

export default async function SuspendPersonPage({ params }: PageProps<'/admin/users/[id]/suspend'>) {
  await requireAdmin(`/admin/users/${encodeURIComponent((await params).id)}/suspend`)
  const { id } = await params
  const words = await getWords()
  const person = await (await services()).people.find(id)
  if (person === null) notFound()

  return (
    <div className="flex max-w-[34rem] flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">
        {words.rich('admin.suspend.title', { username: () => <Verbatim key="username">{person.username}</Verbatim> })}
      </h1>
      <div className="card flex flex-col gap-4 p-6">
        <p>{words('admin.suspend.lead')}</p>
        <ActionForm action={suspend}>
          <FormAlert />
          <input type="hidden" name="id" value={id} />
          <Field name="reason" label={words('fields.reason')} hint={words('admin.suspend.reason_hint')} required />
          <Field
            name="lastDay"
            label={words('fields.last_day')}
            hint={words('admin.suspend.last_day_hint')}
            type="date"
            className="max-w-48"
          />
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              look="danger"
              label={words('admin.suspend.submit')}
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
