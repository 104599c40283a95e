import type { Metadata } from 'next'
import { EndImpersonationForm } from '#app/impersonation/end-impersonation-form.tsx'
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
    <div className="card flex max-w-[28rem] flex-col items-start gap-6 p-6 sm:p-8">
      <div>
        <h1 className="text-xl">{words('not_allowed.title')}</h1>
        <p className="mt-2 text-muted">{words(`not_allowed.${why}`)}</p>
      </div>
      {impersonation === null ? (
        <a href="/" className="button button-primary">
          {words('not_allowed.home')}
        </a>
      ) : (
        <EndImpersonationForm words={words} look="primary" />
      )}
    </div>
  )
}
