import { CircleAlert } from 'lucide'
import type { ReactNode } from 'react'
import { errorId, hintId } from './form-context.ts'
import { Icon } from './line-icon.tsx'

/** Label, hint, control and error of one field, in reading order: what to do stands before the place to do it. */
export function FieldFrame({
  name,
  label,
  hint,
  error,
  children,
}: {
  name: string
  label: string
  hint: string | undefined
  error: string | undefined
  children: ReactNode
}) {
  return (
    <div className="flex flex-col gap-2">
      <div>
        <label htmlFor={name} className="font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={hintId(name)} className="text-sm text-pretty text-muted">
            {hint}
          </p>
        )}
      </div>
      {children}
      {error !== undefined && (
        <p id={errorId(name)} className="flex gap-2 text-sm font-medium text-danger">
          <Icon drawing={CircleAlert} />
          <span>{error}</span>
        </p>
      )}
    </div>
  )
}
