import { CircleAlert } from 'lucide'
import type { ReactNode } from 'react'
import { errorId, hintId } from './form-context.ts'
import { Icon } from './line-icon.tsx'

/** Label, hint, error and control of a field in reading order: screen readers and users get the hint first. */
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
