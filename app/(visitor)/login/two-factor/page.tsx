import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PasskeyForm } from '#app/passkeys/passkey-form.tsx'
import { SecondFactorField } from '#app/second-factor-field.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Checkbox } from '#app/ui/checkbox.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { VisitorCard } from '#app/ui/visitor-card.tsx'
import { services } from '#lib/services.ts'
import { readHeld } from '#lib/web/cookies/held.ts'
import { findSignedIn } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { getWords } from '#lib/web/words.ts'
import { logInWithPasskey } from '../actions.ts'
import { logInWithCode } from './actions.ts'

const path = '/login/two-factor'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('log_in_code.title') }
}

export default async function LogInWithCodePage({ searchParams }: PageProps<typeof path>) {
  const query = await searchParams
  const next = safeNextPath(query.next)
  if ((await findSignedIn()) !== null) redirect(next ?? '/')
  const { logInStep } = await readHeld()
  const { logInSteps, passkeys } = await services()
  const user = await logInSteps.open(logInStep)
  if (user === null) redirect(`/login?${new URLSearchParams({ ...(next && { next }), step: 'over' })}`)
  const words = await getWords()
  const { hasTotp } = user.factors
  // Without an own factor, only an automatic passkey can be owed.
  const hasPasskey = !user.factors.hasSecondFactor || (await passkeys.isOwnHere(user.id))
  const isRecoveryCode = !hasTotp || query.with === 'recovery-code'
  const other = new URLSearchParams({ ...(!isRecoveryCode && { with: 'recovery-code' }), ...(next && { next }) })

  return (
    <VisitorCard
      title={words('log_in_code.title')}
      lead={words(
        !hasTotp ? 'log_in_code.lead_passkey' : isRecoveryCode ? 'log_in_code.lead_recovery' : 'log_in_code.lead',
      )}
      otherWay={{
        text: words('log_in_code.other_way'),
        path: '/login',
        next,
        link: words('log_in_code.other_way_link'),
      }}
    >
      {hasPasskey && (
        <PasskeyForm
          action={logInWithPasskey}
          ceremony="second-factor"
          hidden={{ next: next ?? '' }}
          look={hasTotp ? 'quiet' : 'primary'}
        />
      )}
      <ActionForm action={logInWithCode}>
        <FormAlert />
        <input type="hidden" name="next" value={next ?? ''} />
        <SecondFactorField words={words} isRecoveryCode={isRecoveryCode} autoFocus={hasTotp} />
        <div className="-mt-4 flex flex-col items-start gap-1">
          {hasTotp && (
            <a href={`${path}?${other}`} className="link inline-block py-2.5">
              {words(isRecoveryCode ? 'log_in_code.with_app' : 'log_in_code.with_recovery_code')}
            </a>
          )}
          <Checkbox name="remember" label={words('fields.remember')} />
        </div>
        <SubmitButton
          look={hasPasskey && !hasTotp ? 'quiet' : 'primary'}
          label={words('log_in_code.submit')}
          pendingLabel={words('log_in_code.pending')}
        />
      </ActionForm>
    </VisitorCard>
  )
}
