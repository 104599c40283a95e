import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { PasswordField } from '#app/ui/password-field.tsx'

import { StrengthMeter } from '#app/ui/strength-meter.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { UsernameForManagers } from '#app/ui/username-for-managers.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { getWords } from '#lib/web/words.ts'
import { newPasswordHint, scoreWords } from '#lib/words/sentences.ts'
import { ShownSecretField } from '../shown-secret.tsx'
import { resetPassword } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('reset.title') }
}

export default async function ResetPasswordPage() {
  const words = await getWords()
  const { recovery, settings } = await services()
  const token = await readMailedSecret('/reset-password')
  const person = token === null ? null : await recovery.find(token)
  const otherWay = { text: words('reset.other_way'), path: '/login', next: null, link: words('reset.other_way_link') }
  if (person === null) {
    return (
      <VisitorCard title={words('reset.void_title')} lead={words('reset.void')} otherWay={otherWay}>
        <a href="/forgot-password" className="button button-primary">
          {words('reset.again')}
        </a>
      </VisitorCard>
    )
  }
  const lead = words.rich('reset.lead', { username: () => <Verbatim key="username">{person.username}</Verbatim> })
  return (
    <VisitorCard title={words('reset.title')} lead={lead} otherWay={otherWay}>
      <ActionForm action={resetPassword}>
        <FormAlert />
        <ShownSecretField path="/reset-password" />
        <UsernameForManagers username={person.username} />
        <PasswordField
          name="password"
          label={words('fields.new_password')}
          hint={newPasswordHint(words, settings.passwordMinLength)}
          autoComplete="new-password"
          showLabel={words('fields.show_new_password')}
        >
          <StrengthMeter scoreWords={scoreWords(words)} />
        </PasswordField>
        <PasswordField
          name="confirmPassword"
          label={words('fields.confirm_new_password')}
          autoComplete="new-password"
          showLabel={words('fields.show_confirmation')}
        />
        <SubmitButton label={words('reset.submit')} pendingLabel={words('reset.pending')} />
      </ActionForm>
    </VisitorCard>
  )
}
