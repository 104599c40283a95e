'use client'

import { useForm } from './form-context.ts'

interface Props {
  label: string
  pendingLabel: string
  /** Quiet is for all but the one button that a page is about; danger for what takes something away. */
  look?: 'primary' | 'quiet' | 'danger'
  /** Read out after the label, where a page has several buttons of the same words. */
  about?: string
}

const looks = { primary: 'button button-primary', quiet: 'button', danger: 'button button-danger' }

/** Not disabled while the form is on its way, which would drop the focus; the form ignores a second press. */
export function SubmitButton({ label, pendingLabel, look = 'primary', about }: Props) {
  const { pending } = useForm()
  return (
    <button type="submit" className={looks[look]} aria-disabled={pending || undefined}>
      <span>{pending ? pendingLabel : label}</span>
      {about !== undefined && <span className="sr-only">{` ${about}`}</span>}
    </button>
  )
}
