import type { Metadata } from 'next'
import { requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('not_allowed.title') }
}

export default async function NotAllowedPage() {
  const { user, impersonation } = await requireUser('/')
  const words = await getWords()
  const why = impersonation !== null ? 'look' : user.role === 'guest' ? 'guest' : 'other'

  return (
    <div className="flex max-w-[34rem] flex-col items-start gap-6">
      <h1 className="text-xl sm:text-2xl">{words('not_allowed.title')}</h1>
      <p>{words(`not_allowed.${why}`)}</p>
      <a href="/" className="button">
        {words('not_allowed.home')}
      </a>
    </div>
  )
}
