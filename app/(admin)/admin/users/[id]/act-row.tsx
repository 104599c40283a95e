import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { FormAction } from '#lib/web/forms/form-state.ts'
import type { Words } from '#lib/words/words.ts'

/** A card of acts of one kind. */
export function ActGroup({
  id,
  title,
  isDanger = false,
  children,
}: {
  id: string
  title: string
  isDanger?: boolean
  children: ReactNode
}) {
  return (
    <section aria-labelledby={id} className={isDanger ? 'card card-danger' : 'card'}>
      <h2 id={id} className={`p-6 pb-4 text-lg ${isDanger ? 'text-danger' : ''}`}>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** A command on the user that needs only a button. */
export function ActRow({
  words,
  id,
  action,
  label,
  ...said
}: {
  words: Words
  id: string
  action: FormAction
  label: string
  title: string
  text: ReactNode
}) {
  return (
    <Row {...said}>
      <ActionForm action={action}>
        <FormAlert />
        <input type="hidden" name="id" value={id} />
        <SubmitButton look="quiet" label={label} pendingLabel={words('admin.person.pending')} />
      </ActionForm>
    </Row>
  )
}

/** A command with its own page, because it needs more input. */
export function ActRowLink({
  href,
  label,
  look = 'button',
  ...said
}: {
  href: string
  label: string
  look?: string
  title: string
  text: ReactNode
}) {
  return (
    <Row {...said}>
      <a href={href} className={look}>
        {label}
      </a>
    </Row>
  )
}

/** Text instead of a command that is not available. */
export function ActRowText(said: { title: string; text: ReactNode }) {
  return <Row {...said} />
}

function Row({ title, text, children }: { title: string; text: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-6 py-4">
      <div className="max-w-[34rem] min-w-0 flex-1 basis-64">
        <h3 className="font-medium">{title}</h3>
        <p className="text-sm text-muted">{text}</p>
      </div>
      {children}
    </div>
  )
}
