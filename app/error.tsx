'use client'

import { Fault, type FaultProps } from './ui/fault.tsx'

export default function ErrorPage(props: FaultProps) {
  return (
    <main className="grid min-h-dvh content-center px-4 py-8">
      <Fault {...props} />
    </main>
  )
}
