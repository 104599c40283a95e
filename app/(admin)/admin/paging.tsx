import type { Words } from '#lib/words/words.ts'

/** Links to other pages of a list. Empty for a single page. */
export function Paging({
  words,
  first,
  previous,
  next,
}: {
  words: Words
  first: string | null
  previous: string | null
  next: string | null
}) {
  const links = { first, previous, next }
  if (Object.values(links).every((href) => href === null)) return null
  return (
    <nav aria-label={words('admin.paging.label')} className="flex flex-wrap gap-3">
      {(['first', 'previous', 'next'] as const).map((name) => {
        const href = links[name]
        return (
          href !== null && (
            <a key={name} href={href} className="button">
              {words(`admin.paging.${name}`)}
            </a>
          )
        )
      })}
    </nav>
  )
}
