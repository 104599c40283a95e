'use client'

import { useSyncExternalStore } from 'react'
import { errorPageWords } from '#lib/words/error-page.ts'
import { useKeptValues } from './typed-values.tsx'

export interface ErrorViewProps {
  error: unknown
  retry: () => void
}

/** The page for an unexpected error. Its code leads to the log line; the message stays on the server. */
export function ErrorView({ error, retry }: ErrorViewProps) {
  useKeptValues()
  const language = useSyncExternalStore(neverChanges, ofBrowser, ofNobody)
  const words = errorPageWords(language)
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <div role="alert" className="card mx-auto flex max-w-[28rem] flex-col gap-6 p-6 sm:p-8">
      <title>{`${words.title} · Gatehouse`}</title>
      <div>
        <h1 className="text-xl">{words.title}</h1>
        <p className="mt-2 text-muted">{words.body}</p>
      </div>
      <div className="flex flex-wrap gap-3">
        <button type="button" className="button button-primary" onClick={() => retry()}>
          {words.retry}
        </button>
        <a href="/" className="button">
          {words.home}
        </a>
      </div>
      {digest !== null && <p className="figures text-sm text-muted">{`${words.reference} ${digest}`}</p>}
    </div>
  )
}

const neverChanges = () => () => {}
const ofBrowser = () => document.documentElement.lang || navigator.language
const ofNobody = () => ''
