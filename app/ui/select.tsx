'use client'

import { FieldFrame } from './field-frame.tsx'
import { useField } from './form-context.ts'

interface Props {
  name: string
  label: string
  hint?: string
  /** The initial value. */
  value: string
  options: readonly { value: string; label: string }[]
}

export function Select({ name, label, hint, value, options }: Props) {
  const { error, typed, control } = useField(name, hint !== undefined)
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <select className="input" defaultValue={typed ?? value} {...control}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}
