import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { getWords } from '#lib/web/words.ts'
import { askForLink } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('forgot.title') }
}

export default async function ForgotPasswordPage({ searchParams }: PageProps<'/forgot-password'>) {
  const words = await getWords()
  const otherWay = { text: words('forgot.other_way'), path: '/login', next: null, link: words('forgot.other_way_link') }
  if ((await searchParams).sent === '1') {
    return (
      <VisitorCard title={words('forgot.sent_title')} otherWay={otherWay}>
        <p role="status">{words('forgot.sent')}</p>
        <p className="text-muted">{words('forgot.sent_nothing')}</p>
        <p className="text-muted">{words('forgot.sent_no_address')}</p>
        <a href="/forgot-password" className="button">
          {words('forgot.again')}
        </a>
      </VisitorCard>
    )
  }
  return (
    <VisitorCard title={words('forgot.title')} lead={words('forgot.lead')} otherWay={otherWay}>
      <ActionForm action={askForLink}>
        <FormAlert />
        <Field
          name="email"
          label={words('fields.username_or_email')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <SubmitButton label={words('forgot.submit')} pendingLabel={words('forgot.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
