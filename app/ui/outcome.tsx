'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { Notice } from './notice.tsx'

/**
 * What an act led to, on the page that follows it. Takes the focus: keyboards go on from here, and screen readers read it,
 * where many skip a status that comes together with its text.
 */
export function Outcome({ kind, children }: { kind: 'note' | 'good' | 'warn' | 'danger'; children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: also when another outcome takes its place
  useEffect(() => ref.current?.focus(), [children])
  return (
    <Notice ref={ref} kind={kind}>
      {children}
    </Notice>
  )
}
