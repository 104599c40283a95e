import type { ReactNode } from 'react'
import type { Words } from '#lib/words/words.ts'

/** A plain GET form: it needs no script and gives a URL to bookmark. */
export function Filters({ words, path, children }: { words: Words; path: string; children: ReactNode }) {
  return (
    <search>
      <form method="get" action={path} className="card flex flex-col gap-4 p-6">
        <div className="grid grid-cols-[repeat(auto-fit,minmax(11rem,1fr))] items-end gap-4">{children}</div>
        <div className="flex flex-wrap gap-3">
          <button type="submit" className="button button-primary">
            {words('admin.people.submit')}
          </button>
          <a href={path} className="button">
            {words('admin.people.clear')}
          </a>
        </div>
      </form>
    </search>
  )
}
