'use client'

import { createContext, type ReactNode, useContext } from 'react'
import { formTokenField } from '#lib/web/form-fields.ts'

const FormToken = createContext<string | null>(null)

/** Around the pages of somebody who is signed in: their forms carry this. */
export function FormTokenProvider({ formToken, children }: { formToken: string | null; children: ReactNode }) {
  return <FormToken value={formToken}>{children}</FormToken>
}

/** The hidden field; nothing where nobody is signed in. */
export function FormTokenField() {
  const token = useContext(FormToken)
  return token === null ? null : <input type="hidden" name={formTokenField} value={token} />
}
