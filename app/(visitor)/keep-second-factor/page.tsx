import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { getWords } from '#lib/web/words.ts'
import { ShownSecretField } from '../shown-secret.tsx'
import { keepSecondFactor } from './actions.ts'

const path = '/keep-second-factor'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('keep_factors.title') }
}

export default async function KeepSecondFactorPage({ searchParams }: PageProps<typeof path>) {
  const words = await getWords()
  const { factorResets, clock } = await services()
  const { timeZone } = await readPreferences()
  const secret = await readMailedSecret(path)
  const waiting = secret === null ? null : await factorResets.findByLink(secret)
  const logIn = { path: '/login', next: null, link: words('keep_factors.log_in') }
  const logInButton = (
    <a href="/login" className="button button-primary">
      {words('keep_factors.log_in')}
    </a>
  )
  if ((await searchParams).done === '1') {
    return (
      <VisitorCard title={words('keep_factors.done_title')}>
        <p role="status">{words('keep_factors.done')}</p>
        {logInButton}
      </VisitorCard>
    )
  }
  if (waiting === null) {
    return (
      <VisitorCard title={words('keep_factors.void_title')} lead={words('keep_factors.void')}>
        {logInButton}
      </VisitorCard>
    )
  }
  const lead = words.rich('keep_factors.lead', {
    username: () => <Verbatim key="username">{waiting.username}</Verbatim>,
    due: () => <Clock key="due" at={waiting.dueAt} now={clock()} timeZone={timeZone} words={words} />,
  })
  return (
    <VisitorCard
      title={words('keep_factors.title')}
      lead={lead}
      otherWay={{ ...logIn, text: words('keep_factors.other_way') }}
    >
      <ActionForm action={keepSecondFactor}>
        <FormAlert />
        <ShownSecretField path={path} />
        <SubmitButton label={words('keep_factors.submit')} pendingLabel={words('keep_factors.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
