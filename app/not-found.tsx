import type { Metadata } from 'next'
import { getWords } from '#lib/web/words.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('not_found.title') }
}

/** Few elements on purpose: Next renders this with every page, twice. */
export default async function NotFoundPage() {
  const words = await getWords()
  return (
    <main className="mx-auto grid min-h-dvh max-w-[28rem] content-center px-4 py-8">
      <div className="card flex flex-col items-start gap-4 p-6 sm:p-8">
        <h1 className="text-xl">{words('not_found.title')}</h1>
        <p className="text-muted">{words('not_found.body')}</p>
        <a href="/" className="button">
          {words('not_found.home')}
        </a>
      </div>
    </main>
  )
}
