'use client'

import type { ReactNode } from 'react'
import { useForm } from './form-context.ts'
import { Notice } from './notice.tsx'

/** The sentence about the whole form when there is one; until then what stands inside. */
export function FormAlert({ children = null }: { children?: ReactNode }) {
  const { alert } = useForm()
  if (alert === null) return children
  return (
    <Notice kind="danger" role="alert">
      {alert}
    </Notice>
  )
}
