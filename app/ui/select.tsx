'use client'

import type { ReactNode } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { useField } from './form-context.ts'

interface Props {
  name: string
  label: string
  hint?: string
  /** The initial value. */
  value: string
  options?: readonly { value: string; label: string }[]
  /** Instead of `options`: a long list, as markup of the server. */
  children?: ReactNode
}

export function Select({ name, label, hint, value, options = [], children }: Props) {
  const { error, typed, control } = useField(name, hint !== undefined)
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <select className="input" defaultValue={typed ?? value} {...control}>
        {children}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}
