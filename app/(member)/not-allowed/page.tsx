import type { Metadata } from 'next'
import { EndImpersonationForm } from '#app/impersonation/end-impersonation-form.tsx'
import { MessageCard } from '#app/ui/message-card.tsx'
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
    <MessageCard title={words('not_allowed.title')} text={words(`not_allowed.${why}`)}>
      {impersonation === null ? (
        <a href="/" className="button button-primary">
          {words('not_allowed.home')}
        </a>
      ) : (
        <EndImpersonationForm words={words} look="primary" />
      )}
    </MessageCard>
  )
}
