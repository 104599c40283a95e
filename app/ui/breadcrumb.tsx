import type { Words } from '#lib/words/words.ts'

/** The way back to the page that leads here, as the first element of a page. */
export function Breadcrumb({ words, to }: { words: Words; to: 'profile' | 'security' | 'account' }) {
  return (
    <nav aria-label={words('nav.breadcrumb')} className="no-print -mt-3 -mb-4">
      <a href={`/${to}`} className="link inline-flex min-h-11 items-center">
        {words(`nav.${to}`)}
      </a>
    </nav>
  )
}
