import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { PasswordField } from '#app/ui/password-field.tsx'
import { StrengthMeter } from '#app/ui/strength-meter.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { UsernameForManagers } from '#app/ui/username-for-managers.tsx'
import { isPasswordTooLittle } from '#lib/auth/factors.ts'
import { services } from '#lib/services.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { newPasswordHint, scoreWords } from '#lib/words/sentences.ts'
import { changePassword } from './actions.ts'

const path = '/security/password'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('password_change.title') }
}

export default async function ChangePasswordPage() {
  const { user } = await requirePermission('change-account', path)
  if (isPasswordTooLittle(user.factors)) await requireRecentAuthentication('change-account', path)
  const words = await getWords()
  const { settings } = await services()
  const suffix = user.factors.hasPassword ? '' : '_first'

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="security" />
      <div>
        <h1 className="text-xl sm:text-2xl">{words(`password_change.title${suffix}`)}</h1>
        <p className="mt-2 text-muted">{words(`password_change.lead${suffix}`)}</p>
      </div>
      <div className="card p-6">
        <ActionForm action={changePassword}>
          <FormAlert />
          <UsernameForManagers username={user.username} />
          {user.factors.hasPassword && (
            <PasswordField
              name="currentPassword"
              label={words('fields.current_password')}
              autoComplete="current-password"
              showLabel={words('fields.show_current_password')}
            />
          )}
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
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              label={words(`password_change.submit${suffix}`)}
              pendingLabel={words('password_change.pending')}
            />
            <a href="/security" className="button">
              {words('password_change.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
