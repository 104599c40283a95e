'use client'

import type { ReactNode } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { useField } from './form-context.ts'

interface Props {
  name: string
  label: string
  hint?: string
  /** The initial value. */
  value?: string
  /** Rendered below the text, such as the characters left. */
  children?: ReactNode
}

export function TextArea({ name, label, hint, value, children }: Props) {
  const { error, typed, control } = useField(name, hint !== undefined)
  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <textarea className="input" dir="auto" rows={6} defaultValue={typed ?? value} {...control} />
      {children}
    </FieldFrame>
  )
}
