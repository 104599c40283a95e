'use client'

import { Fault, type FaultProps } from '#app/ui/fault.tsx'

/** Inside the frame, so that navigation and log-out remain available. */
export default function MemberErrorPage(props: FaultProps) {
  return <Fault {...props} />
}
