'use client'

import { CardFrame } from './ui/card-frame.tsx'
import { ErrorView, type ErrorViewProps } from './ui/error-view.tsx'
import { useBrowserWords } from './ui/page-root.tsx'

export default function ErrorPage(props: ErrorViewProps) {
  return (
    <CardFrame name={useBrowserWords().name}>
      <ErrorView {...props} />
    </CardFrame>
  )
}
