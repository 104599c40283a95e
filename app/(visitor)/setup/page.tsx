import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { NewAccountFields } from '#app/ui/new-account-fields.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { getWords } from '#lib/web/words.ts'
import { ShownSecretField } from '../shown-secret.tsx'
import { finishSetup } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('setup.title') }
}

/** Opened by the link that the server prints at start. Middleware removes the secret from the URL. */
export default async function SetupPage() {
  const words = await getWords()
  const { setup, settings } = await services()
  const token = await readMailedSecret('/setup')
  const otherWay = { text: words('setup.other_way'), path: '/login', next: null, link: words('setup.other_way_link') }
  if (token === null || !(await setup.isGood(token))) {
    return (
      <VisitorCard title={words('setup.void_title')} lead={words('setup.void')}>
        <a href="/login" className="button button-primary">
          {words('setup.other_way_link')}
        </a>
      </VisitorCard>
    )
  }
  return (
    <VisitorCard title={words('setup.title')} lead={words('setup.lead')} otherWay={otherWay}>
      <ActionForm action={finishSetup}>
        <FormAlert />
        <ShownSecretField path="/setup" />
        <NewAccountFields words={words} passwordMinLength={settings.passwordMinLength} />
        <SubmitButton label={words('setup.submit')} pendingLabel={words('setup.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
