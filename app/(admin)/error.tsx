'use client'

import { Fault, type FaultProps } from '#app/ui/fault.tsx'

/** Inside the frame, so that the other pages and the way out stay at hand. */
export default function AdminErrorPage(props: FaultProps) {
  return <Fault {...props} />
}
