'use client'

import { useForm } from './form-context.ts'
import { Notice } from './notice.tsx'

/** The sentence about the whole form, when there is one. */
export function FormAlert() {
  const { alert } = useForm()
  return (
    alert !== null && (
      <Notice kind="danger" role="alert">
        {alert}
      </Notice>
    )
  )
}
