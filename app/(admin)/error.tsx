'use client'

import { ErrorView, type ErrorViewProps } from '#app/ui/page-root.tsx'

/** Inside the frame, so that navigation and log-out remain available. */
export default function AdminErrorPage(props: ErrorViewProps) {
  return <ErrorView {...props} />
}
