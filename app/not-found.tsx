import type { Metadata } from 'next'
import { getWords } from '#lib/web/words.ts'
import { QuietPage } from './quiet-page.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('not_found.title') }
}

export default async function NotFoundPage() {
  const words = await getWords()
  return (
    <QuietPage>
      <div className="card flex flex-col items-start gap-6 p-6 sm:p-8">
        <div>
          <h1 className="text-xl">{words('not_found.title')}</h1>
          <p className="mt-2 text-muted">{words('not_found.body')}</p>
        </div>
        <a href="/" className="button">
          {words('not_found.home')}
        </a>
      </div>
    </QuietPage>
  )
}
