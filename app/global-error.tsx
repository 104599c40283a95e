'use client'

import './globals.css'
import { ErrorPage, type ErrorViewProps } from './ui/page-root.tsx'

/** Shown when even the root layout fails, so it is a whole document. */
export default function GlobalError(props: ErrorViewProps) {
  return (
    <html lang="en">
      <body>
        <ErrorPage {...props} />
      </body>
    </html>
  )
}
