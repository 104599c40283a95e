'use client'

import type { ReactNode } from 'react'
import { useForm } from './form-context.ts'
import { Notice } from './notice.tsx'

/** The message about the whole form, or the children if there is none. */
export function FormAlert({ children = null }: { children?: ReactNode }) {
  const { alert } = useForm()
  if (alert === null) return children
  return (
    <Notice kind="danger" role="alert">
      {alert}
    </Notice>
  )
}
