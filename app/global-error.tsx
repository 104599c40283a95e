'use client'

import './globals.css'
import { Fault, type FaultProps } from './ui/fault.tsx'

/** Shown when even the root layout fails, so it is a whole document. */
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
