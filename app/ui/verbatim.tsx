import type { ReactNode } from 'react'

/** Text that must not be translated and keeps its own direction, such as a name or an address. */
export function Verbatim({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <bdi translate="no" className={className}>
      {children}
    </bdi>
  )
}
