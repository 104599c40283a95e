'use client'

import './globals.css'
import { ErrorView, type ErrorViewProps } from './ui/error-view.tsx'

/** Shown when even the root layout fails, so it is a whole document. */
export default function GlobalError(props: ErrorViewProps) {
  return (
    <html lang="en">
      <body>
        <main className="grid min-h-dvh content-center px-4 py-8">
          <ErrorView {...props} />
        </main>
      </body>
    </html>
  )
}
