'use client'

import type { ComponentProps } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { useField } from './form-context.ts'

interface Props
  extends Pick<
    ComponentProps<'input'>,
    | 'type'
    | 'autoComplete'
    | 'autoCapitalize'
    | 'autoFocus'
    | 'dir'
    | 'inputMode'
    | 'required'
    | 'spellCheck'
    | 'className'
  > {
  name: string
  label: string
  hint?: string
  /** The initial value. */
  value?: string
}

export function Field({ name, label, hint, value, className = '', ...input }: Props) {
  const { error, typed, control } = useField(name, hint !== undefined)
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <input type="text" className={`input ${className}`} defaultValue={typed ?? value} {...control} {...input} />
    </FieldFrame>
  )
}
