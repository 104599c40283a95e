import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PasskeyForm } from '#app/passkeys/passkey-form.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { NewAccountFields, UsernameField } from '#app/ui/new-account-fields.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { findSignedIn } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { getWords } from '#lib/web/words.ts'
import { ShownSecretField } from '../shown-secret.tsx'
import { signUp, signUpWithPasskey } from './actions.ts'
import { UsernameCheck } from './username-check.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('signup.title') }
}

export default async function SignUpPage({ searchParams }: PageProps<'/signup'>) {
  if ((await findSignedIn()) !== null) redirect('/')
  const words = await getWords()
  const query = await searchParams
  const next = safeNextPath(query.next)
  const { settings, invitations } = await services()
  const token = await readMailedSecret('/signup')
  const invitation = token === null ? null : await invitations.find(token)
  const otherWay = { text: words('signup.other_way'), path: '/login', next, link: words('signup.other_way_link') }
  if (invitation === null && settings.signUp !== 'open') {
    const why = settings.signUp === 'closed' ? 'closed' : 'by_invitation'
    return (
      <VisitorCard title={words(`signup.${why}.title`)} otherWay={otherWay}>
        <p>{token === null ? words(`signup.${why}.body`) : words('errors.invitation_void')}</p>
      </VisitorCard>
    )
  }

  const usernameCheck = settings.signUp === 'open' && <UsernameCheck />
  const withPasskey = query.with === 'passkey'
  const lead = invitation === null ? 'signup.lead' : 'signup.invited'
  const otherForm = new URLSearchParams({ ...(!withPasskey && { with: 'passkey' }), ...(next !== null && { next }) })
  const email = invitation?.email ? (
    <p className="text-muted">
      {words.rich('signup.invited_email', {
        address: () => <Verbatim key="address">{invitation.email}</Verbatim>,
      })}
    </p>
  ) : (
    <Field
      name="email"
      label={words('fields.email')}
      hint={words(settings.emailRequired ? 'signup.email_required_hint' : 'signup.email_hint')}
      type="email"
      autoComplete="email"
      required={settings.emailRequired}
    />
  )

  return (
    <VisitorCard
      title={words('signup.title')}
      lead={words(withPasskey ? 'signup.passkey_lead' : lead)}
      otherWay={otherWay}
    >
      {withPasskey ? (
        <PasskeyForm action={signUpWithPasskey} ceremony="sign-up" hidden={{ next: next ?? '' }} look="primary" isAlone>
          <ShownSecretField path="/signup" />
          <UsernameField words={words}>{usernameCheck}</UsernameField>
          {email}
        </PasskeyForm>
      ) : (
        <ActionForm action={signUp}>
          <FormAlert />
          <ShownSecretField path="/signup" />
          <input type="hidden" name="next" value={next ?? ''} />
          <NewAccountFields words={words} passwordMinLength={settings.passwordMinLength} usernameCheck={usernameCheck}>
            {email}
          </NewAccountFields>
          <SubmitButton label={words('signup.submit')} pendingLabel={words('signup.pending')} />
        </ActionForm>
      )}
      <a
        href={otherForm.size === 0 ? '/signup' : `/signup?${otherForm}`}
        className="link inline-block self-start py-2.5"
      >
        {words(withPasskey ? 'signup.with_password' : 'signup.with_passkey')}
      </a>
    </VisitorCard>
  )
}
