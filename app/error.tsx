'use client'

import { ErrorView, type ErrorViewProps } from './ui/error-view.tsx'

export default function ErrorPage(props: ErrorViewProps) {
  return (
    <main className="grid min-h-dvh content-center px-4 py-8">
      <ErrorView {...props} />
    </main>
  )
}
