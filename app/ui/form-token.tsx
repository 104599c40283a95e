'use client'

import { createContext, type ReactNode, useContext } from 'react'
import { formTokenField } from '#lib/web/forms/form-fields.ts'

const FormToken = createContext<string | null>(null)

/** Provides the form token to all forms of a signed-in user's pages. */
export function FormTokenProvider({ formToken, children }: { formToken: string | null; children: ReactNode }) {
  return <FormToken value={formToken}>{children}</FormToken>
}

/** The hidden field. Empty without a signed-in user. */
export function FormTokenField() {
  const token = useContext(FormToken)
  return token === null ? null : <input type="hidden" name={formTokenField} value={token} />
}
