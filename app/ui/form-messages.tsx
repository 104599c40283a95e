'use client'

import { createContext, type ReactNode } from 'react'

/** What a form shows when no response arrives, and when the server failed. The root layout sets it for all forms. */
export const FormMessages = createContext({ unreachable: '', failed: '' })

export function FormMessagesProvider({
  children,
  ...messages
}: {
  unreachable: string
  failed: string
  children: ReactNode
}) {
  return <FormMessages value={messages}>{children}</FormMessages>
}
