import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { getWords } from '#lib/web/words.ts'
import { ShownSecretField } from '../shown-secret.tsx'
import { reportCompromise } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('not_me.title') }
}

export default async function NotMePage({ searchParams }: PageProps<'/not-me'>) {
  const words = await getWords()
  const { recovery } = await services()
  const token = await readMailedSecret('/not-me')
  const person = token === null ? null : await recovery.findNotice(token)
  const logIn = { path: '/login', next: null, link: words('not_me.log_in') }
  const { done } = await searchParams
  if (done === 'mailed' || done === 'address_taken') {
    return (
      <VisitorCard title={words('not_me.done_title')} otherWay={{ ...logIn, text: words('not_me.after') }}>
        <p role="status">{words(done === 'mailed' ? 'not_me.done' : 'not_me.done_address_taken')}</p>
      </VisitorCard>
    )
  }
  if (person === null) {
    return (
      <VisitorCard
        title={words('not_me.void_title')}
        lead={words('not_me.void')}
        otherWay={{ ...logIn, text: words('not_me.after') }}
      >
        <a href="/forgot-password" className="button button-primary">
          {words('not_me.again')}
        </a>
      </VisitorCard>
    )
  }
  const lead = words.rich('not_me.lead', { username: () => <Verbatim key="username">{person.username}</Verbatim> })
  return (
    <VisitorCard title={words('not_me.title')} lead={lead} otherWay={{ ...logIn, text: words('not_me.other_way') }}>
      <ActionForm action={reportCompromise}>
        <FormAlert />
        <ShownSecretField path="/not-me" />
        <SubmitButton label={words('not_me.submit')} pendingLabel={words('not_me.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
