'use client'

import { CardFrame } from './ui/card-frame.tsx'
import { ErrorView, type ErrorViewProps, MarkImage } from './ui/page-root.tsx'

export default function ErrorPage(props: ErrorViewProps) {
  return (
    <CardFrame mark={<MarkImage />}>
      <ErrorView {...props} />
    </CardFrame>
  )
}
