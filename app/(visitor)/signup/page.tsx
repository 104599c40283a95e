import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { PasswordField } from '#app/ui/password-field.tsx'
import { StrengthMeter } from '#app/ui/strength-meter.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { findSignedIn } from '#lib/web/current-user.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { getWords } from '#lib/web/words.ts'
import { scoreWords } from '#lib/words/sentences.ts'
import { signUp } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('signup.title') }
}

export default async function SignUpPage({ searchParams }: PageProps<'/signup'>) {
  if ((await findSignedIn()) !== null) redirect('/')
  const words = await getWords()
  const query = await searchParams
  const next = safeNextPath(query.next)
  const { settings } = await services()

  return (
    <VisitorCard
      title={words('signup.title')}
      lead={words('signup.lead')}
      otherWay={{
        text: words('signup.other_way'),
        path: '/login',
        next,
        link: words('signup.other_way_link'),
      }}
    >
      <ActionForm action={signUp} connectionWords={words('errors.connection')} faultWords={words('errors.fault')}>
        <FormAlert />
        <input type="hidden" name="next" value={next ?? ''} />
        <Field
          name="username"
          label={words('fields.username')}
          hint={words('signup.username_hint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <Field
          name="email"
          label={words('fields.email')}
          hint={words(settings.emailRequired ? 'signup.email_required_hint' : 'signup.email_hint')}
          type="email"
          autoComplete="email"
          required={settings.emailRequired}
        />
        <PasswordField
          name="password"
          label={words('fields.password')}
          hint={words('signup.password_hint', { min: settings.passwordMinLength })}
          autoComplete="new-password"
          showLabel={words('fields.show_password')}
        >
          <StrengthMeter scoreWords={scoreWords(words)} />
        </PasswordField>
        <PasswordField
          name="confirmPassword"
          label={words('fields.confirm_password')}
          autoComplete="new-password"
          showLabel={words('fields.show_confirmation')}
        />
        <SubmitButton label={words('signup.submit')} pendingLabel={words('signup.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
