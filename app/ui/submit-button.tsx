'use client'

import { useForm } from './form-context.ts'

/** Not disabled while the form is on its way, which would drop the focus; the form ignores a second press. */
export function SubmitButton({ label, pendingLabel }: { label: string; pendingLabel: string }) {
  const { pending } = useForm()
  return (
    <button type="submit" className="button button-primary" aria-disabled={pending || undefined}>
      {pending ? pendingLabel : label}
    </button>
  )
}
