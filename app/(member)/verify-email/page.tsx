import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { SubmitWhenPasted } from '#app/ui/submit-when-pasted.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { addressToVerify } from '#lib/features/email/addresses.ts'
import { readMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { resendCode, verifyEmail } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('email_verify.title') }
}

export default async function VerifyEmailPage({ searchParams }: PageProps<'/verify-email'>) {
  const { user } = await requirePermission('change-account', '/verify-email')
  const words = await getWords()
  const address = addressToVerify(user)
  if (address === null) redirect('/security')

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="security" />
      <div>
        <h1 className="text-xl sm:text-2xl">{words('email_verify.title')}</h1>
        <p className="mt-2 text-muted">
          {words.rich('email_verify.lead', {
            address: () => (
              <Verbatim key="address" className="font-medium break-words text-ink">
                {address}
              </Verbatim>
            ),
          })}
        </p>
      </div>
      <div className="card p-6">
        <ActionForm action={verifyEmail}>
          <FormAlert>
            {(await searchParams).sent === '1' && <Notice kind="good">{words('email_verify.resent')}</Notice>}
          </FormAlert>
          <Field
            name="code"
            label={words('fields.code')}
            value={(await readMailedSecret('/verify-email')) ?? ''}
            inputMode="numeric"
            autoComplete="one-time-code"
            spellCheck={false}
            className="figures max-w-48 tracking-widest"
            required
          />
          <SubmitWhenPasted name="code" digits={8}>
            {words('fields.code_pasted')}
          </SubmitWhenPasted>
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('email_verify.submit')} pendingLabel={words('email_verify.pending')} />
            <a href="/" className="button">
              {words('email_verify.later')}
            </a>
          </div>
        </ActionForm>
      </div>
      <div className="flex flex-col gap-3">
        <p className="text-sm text-muted">{words('email_verify.resend_text')}</p>
        <ActionForm action={resendCode}>
          <FormAlert />
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              look="quiet"
              label={words('email_verify.resend')}
              pendingLabel={words('email_verify.resend_pending')}
            />
            <a href="/security/email" className="button">
              {words('email_verify.other_address')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}
