'use client'

import { useBrowserWords } from './page-root.tsx'
import { useKeptValues } from './typed-values.tsx'

export interface ErrorViewProps {
  error: unknown
  retry: () => void
}

/** The page for an unexpected error. Its code leads to the log line; the message stays on the server. */
export function ErrorView({ error, retry }: ErrorViewProps) {
  useKeptValues()
  const { name, error: words } = useBrowserWords()
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <div role="alert" className="card flex max-w-[28rem] flex-col gap-6 p-6 sm:p-8">
      <title>{`${words.title} · ${name}`}</title>
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
