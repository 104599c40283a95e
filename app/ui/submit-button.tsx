'use client'

import { useForm } from './form-context.ts'

interface Props {
  label: string
  pendingLabel: string
  /** `primary` for the page's main button, `danger` for destructive ones, `quiet` for all others. */
  look?: 'primary' | 'quiet' | 'danger'
  /** Read out after the label, to distinguish buttons with the same label. */
  about?: string
}

const looks = { primary: 'button button-primary', quiet: 'button', danger: 'button button-danger' }

/** Not disabled while the form is being sent, which would drop the focus. The form ignores a second press. */
export function SubmitButton({ label, pendingLabel, look = 'primary', about }: Props) {
  const { pending } = useForm()
  return (
    <button type="submit" className={looks[look]} aria-disabled={pending || undefined}>
      <span>{pending ? pendingLabel : label}</span>
      {about !== undefined && <span className="sr-only">{` ${about}`}</span>}
    </button>
  )
}
