import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PasskeyForm } from '#app/passkeys/passkey-form.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { PasswordField } from '#app/ui/password-field.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { parseEndReason } from '#lib/auth/sessions/timeouts.ts'
import { days } from '#lib/core/clock.ts'
import { undoDeletionMs } from '#lib/core/lifetimes.ts'
import { services } from '#lib/services.ts'
import { findSignedIn } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { getWords } from '#lib/web/words.ts'
import { lasting } from '#lib/words/time.ts'
import { logIn, logInWithPasskey } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('login.title') }
}

export default async function LogInPage({ searchParams }: PageProps<'/login'>) {
  const query = await searchParams
  const next = safeNextPath(query.next)
  if ((await findSignedIn()) !== null) redirect(next ?? '/')
  const words = await getWords()
  const reason = parseEndReason(query.reason)
  const { idleMs, maxMs } = (await services()).settings.session
  const limits = { idle: lasting(words, idleMs), longest: lasting(words, maxMs) }

  return (
    <VisitorCard
      title={words('login.title')}
      otherWay={{
        text: words('login.other_way'),
        path: '/signup',
        next,
        link: words('login.other_way_link'),
      }}
    >
      <ActionForm action={logIn}>
        <FormAlert>
          {reason !== undefined && (
            <Notice kind={reason === 'signed-out' ? 'good' : 'note'}>{words(`login.reasons.${reason}`, limits)}</Notice>
          )}
          {query.cookies === 'off' && <Notice kind="note">{words('errors.cookies_off')}</Notice>}
          {query.deleted === '1' && (
            <Notice kind="note">
              {words('login.deleted', { left: words('time.days', { days: undoDeletionMs / days(1) }) })}
            </Notice>
          )}
          {query.step === 'over' && <Notice kind="note">{words('errors.step_over')}</Notice>}
          {query.reset === '1' && <Notice kind="good">{words('reset.done')}</Notice>}
        </FormAlert>
        <input type="hidden" name="next" value={next ?? ''} />
        <Field
          name="username"
          label={words('fields.username_or_email')}
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <PasswordField
          name="password"
          label={words('fields.password')}
          autoComplete="current-password"
          showLabel={words('fields.show_password')}
        />
        <p className="-mt-4">
          <a href="/forgot-password" className="link inline-block py-2.5">
            {words('login.forgot')}
          </a>
        </p>
        <SubmitButton label={words('login.submit')} pendingLabel={words('login.pending')} />
      </ActionForm>
      <PasskeyForm action={logInWithPasskey} ceremony="log-in" hidden={{ next: next ?? '' }} isAutofilled />
    </VisitorCard>
  )
}
