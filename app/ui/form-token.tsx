'use client'

import { createContext, type ReactNode, useContext } from 'react'
import { formTokenField } from '#lib/web/forms/form-fields.ts'

const FormToken = createContext<string | null>(null)

/** Provides the form token to all forms of a signed-in user's pages. */
export function FormTokenProvider({ formToken, children }: { formToken: string | null; children: ReactNode }) {
  return <FormToken value={formToken}>{children}</FormToken>
}

/** Null outside of a logged-in user's frame. */
export function useFormToken(): string | null {
  return useContext(FormToken)
}

/** The hidden field. Empty without a logged-in user. */
export function FormTokenField() {
  const token = useFormToken()
  return token === null ? null : <input type="hidden" name={formTokenField} value={token} />
}
