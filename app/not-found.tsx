import type { Metadata } from 'next'
import { getWords } from '#lib/web/words.ts'
import { browserWords } from '#lib/words/browser.ts'
import { NotFoundView } from './ui/page-root.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const { locale } = await getWords()
  return { title: browserWords(locale).notFound.title }
}

/** Next sends this with every page, twice, so it is one client component without props. */
export default function NotFoundPage() {
  return <NotFoundView />
}
