import type { ReactNode } from 'react'
import type { Words } from '#lib/words/words.ts'
import { ApplyOnChange } from './apply-on-change.tsx'

/** A plain GET form, which gives a URL to bookmark. It applies on change; the button is for browsers without script. */
export function Filters({
  words,
  path,
  isFiltered,
  children,
}: {
  words: Words
  path: string
  isFiltered: boolean
  children: ReactNode
}) {
  return (
    <search>
      <ApplyOnChange path={path}>
        {children}
        <noscript>
          <button type="submit" className="button button-primary">
            {words('admin.filters.submit')}
          </button>
        </noscript>
        {isFiltered && (
          <a href={path} className="button">
            {words('admin.filters.clear')}
          </a>
        )}
      </ApplyOnChange>
    </search>
  )
}
