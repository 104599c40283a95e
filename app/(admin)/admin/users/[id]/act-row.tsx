import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { FormAction } from '#lib/web/forms/form-state.ts'
import type { Words } from '#lib/words/words.ts'

const look = 'flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-6 py-4'

/** A command on the user that needs only a button. */
export function ActRow({
  words,
  id,
  action,
  label,
  text = '',
}: {
  words: Words
  id: string
  action: FormAction
  label: string
  text?: ReactNode
}) {
  return (
    <div className={look}>
      <p className="max-w-[34rem] text-sm text-muted">{text}</p>
      <ActionForm action={action}>
        <FormAlert />
        <input type="hidden" name="id" value={id} />
        <SubmitButton look="quiet" label={label} pendingLabel={words('admin.person.pending')} />
      </ActionForm>
    </div>
  )
}

/** A command with its own page, because it needs more input. */
export function ActRowLink({ href, label, text }: { href: string; label: string; text: string }) {
  return (
    <div className={look}>
      <p className="max-w-[34rem] text-sm text-muted">{text}</p>
      <a href={href} className="button">
        {label}
      </a>
    </div>
  )
}

/** Text instead of a command that is not available. */
export function ActRowText({ text }: { text: ReactNode }) {
  return (
    <div className={look}>
      <p className="max-w-[34rem] text-sm text-muted">{text}</p>
    </div>
  )
}
