import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { services } from '#lib/services.ts'
import type { FormAction } from '#lib/web/forms/form-state.ts'
import { getWords } from '#lib/web/words.ts'

type Name = 'suspend' | 'delete' | 'look'

export const metadataOf = (name: Name) => async (): Promise<Metadata> => {
  const words = await getWords()
  return { title: words(`admin.person.${name}`) }
}

/** The page of a command on a user that needs more than a button. Pages check the permission before. */
export async function UserFormPage({
  id,
  name,
  action,
  look,
  children,
}: {
  id: string
  name: Name
  action: FormAction
  look?: 'danger'
  children?: ReactNode
}) {
  const words = await getWords()
  const user = await (await services()).userAdmin.find(id)
  if (user === null) notFound()
  const isFinal = name === 'delete' && user.deletedAt !== null

  return (
    <div className="flex max-w-form flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">
        {words.rich(`admin.${name}.title`, { username: () => <Verbatim key="username">{user.username}</Verbatim> })}
      </h1>
      <div className="card flex flex-col gap-4 p-6">
        <p>{words(isFinal ? 'admin.person.delete_final_text' : `admin.${name}.lead`)}</p>
        <ActionForm action={action}>
          <FormAlert />
          <input type="hidden" name="id" value={id} />
          {children}
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              {...(look && { look })}
              label={words(`admin.${name}.submit`)}
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
