import type { ReactNode } from 'react'

/** A name, an address or a device's place on the network: no translation changes it, and its direction stays its own. */
export function Verbatim({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <bdi translate="no" className={className}>
      {children}
    </bdi>
  )
}
