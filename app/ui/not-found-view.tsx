'use client'

import { useBrowserWords } from './page-root.tsx'

export function NotFoundView() {
  const words = useBrowserWords().notFound
  return (
    <main className="mx-auto grid min-h-dvh max-w-[28rem] content-center px-4 py-8">
      <div className="card flex flex-col items-start gap-4 p-6 sm:p-8">
        <h1 className="text-xl">{words.title}</h1>
        <p className="text-muted">{words.body}</p>
        <a href="/" className="button">
          {words.home}
        </a>
      </div>
    </main>
  )
}
