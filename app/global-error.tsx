'use client'

import './globals.css'
import { Fault, type FaultProps } from './ui/fault.tsx'

/** When even the root layout failed: a whole document of its own, in the colours of the system. */
export default function GlobalError(props: FaultProps) {
  return (
    <html lang="en">
      <body>
        <main className="grid min-h-dvh content-center px-4 py-8">
          <Fault {...props} />
        </main>
      </body>
    </html>
  )
}
