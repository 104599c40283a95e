'use client'

import { CardFrame } from './card-frame.tsx'
import { useFormToken } from './form-token.tsx'
import { MarkImage, useBrowserWords } from './page-root.tsx'

/**
 * For development, other hosts and pages that a script opens: our server replaces it (lib/server/not-found.ts). Only the card
 * inside a frame, which has `<main>` already.
 */
export function NotFoundView() {
  const { notFound } = useBrowserWords()
  const card = (
    <div className="card flex max-w-[28rem] flex-col items-start gap-6 p-6 sm:p-8">
      <div>
        <h1 className="text-xl">{notFound.title}</h1>
        <p className="mt-2 text-muted">{notFound.body}</p>
      </div>
      <a href="/" className="button button-primary">
        {notFound.home}
      </a>
    </div>
  )
  return useFormToken() === null ? <CardFrame mark={<MarkImage />}>{card}</CardFrame> : card
}
