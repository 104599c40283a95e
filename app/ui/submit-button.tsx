'use client'

import { useForm } from './form-context.ts'

interface Props {
  label: string
  pendingLabel: string
  /** Quiet is for all but the one button that a page is about. */
  look?: 'primary' | 'quiet'
  /** Read out after the label, where a page has several buttons of the same words. */
  about?: string
}

/** Not disabled while the form is on its way, which would drop the focus; the form ignores a second press. */
export function SubmitButton({ label, pendingLabel, look = 'primary', about }: Props) {
  const { pending } = useForm()
  return (
    <button
      type="submit"
      className={look === 'primary' ? 'button button-primary' : 'button'}
      aria-disabled={pending || undefined}
    >
      {pending ? pendingLabel : label}
      {about !== undefined && <span className="sr-only"> {about}</span>}
    </button>
  )
}
