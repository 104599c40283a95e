import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PasskeyForm } from '#app/passkeys/passkey-form.tsx'
import { SecondFactorField } from '#app/second-factor-field.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { PasswordField } from '#app/ui/password-field.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { UsernameForManagers } from '#app/ui/username-for-managers.tsx'
import { owesSecondFactor } from '#lib/auth/factors.ts'
import { commands, isCommandName } from '#lib/commands.ts'
import { minutes } from '#lib/core/clock.ts'
import { parseDevice } from '#lib/core/device.ts'
import type { PendingCommand } from '#lib/core/pending-commands.ts'
import { services } from '#lib/services.ts'
import { findAskedPage } from '#lib/web/guards/asked-pages.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { getWords } from '#lib/web/words.ts'
import { confirmWords, deviceName } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'
import { confirm } from './actions.ts'

/** A user who just logged in is not asked again. Shorter than any page's limit, so that no page redirects back here. */
const justNowMs = minutes(1)

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('confirm.title') }
}

export default async function ConfirmPage({ searchParams }: PageProps<'/confirm'>) {
  const { user, session } = await requirePermission('manage-own-account', '/confirm')
  const words = await getWords()
  const query = await searchParams
  const next = safeNextPath(query.next) ?? '/'
  const handle = typeof query.act === 'string' ? query.act : ''
  const { pendingCommands, sessions, settings, passkeys } = await services()
  const pending = await pendingCommands.find(session.id, handle)
  if (pending === null && sessions.hasRecentAuthentication(session, justNowMs)) redirect(next)
  const asked = findAskedPage(next)
  const { purpose, button } = await wordsOf(pending, asked && words(asked.title), user.id, words)
  const cancelPath = asked?.before ?? next
  const { hasTotp } = user.factors
  const owesCode = owesSecondFactor(user, ['password'], settings.requireTwoFactor)
  const isRecoveryCode = !hasTotp || query.with === 'recovery-code'
  const pathWith = (what: string) => `/confirm?${new URLSearchParams({ next, act: handle, with: what })}`
  // A role that needs a second factor owes the automatic passkey if there is no other.
  const isAutomaticOwed = owesCode && !user.factors.hasSecondFactor
  const withPasskey = query.with === undefined && (isAutomaticOwed || (await passkeys.isOwnHere(user.id)))

  return (
    <div className="flex max-w-form flex-col gap-6">
      <div>
        <h1 className="text-xl sm:text-2xl">{words('confirm.title')}</h1>
        <p className="mt-2">{purpose}</p>
      </div>
      {withPasskey ? (
        <div className="card flex flex-col gap-4 p-6">
          <PasskeyForm
            action={confirm}
            ceremony="confirm"
            hidden={{ act: handle, next }}
            {...(pending !== null && { label: button })}
            look="primary"
            isAlone
          />
          <div className="flex flex-wrap gap-x-6">
            {user.factors.hasPassword && (
              <a href={pathWith('password')} className="link inline-block py-2.5">
                {words('confirm.use_password')}
              </a>
            )}
            <a href={cancelPath} className="link inline-block py-2.5">
              {words('confirm.cancel')}
            </a>
          </div>
        </div>
      ) : (
        <div className="card p-6">
          <ActionForm action={confirm}>
            <FormAlert />
            <UsernameForManagers username={user.username} />
            <input type="hidden" name="act" value={handle} />
            <input type="hidden" name="next" value={next} />
            <PasswordField
              name="password"
              label={words('fields.password')}
              autoComplete="current-password"
              showLabel={words('fields.show_password')}
            />
            {owesCode && (
              <div className="flex flex-col items-start gap-2">
                <SecondFactorField words={words} isRecoveryCode={isRecoveryCode} />
                {hasTotp && (
                  <a
                    href={pathWith(isRecoveryCode ? 'password' : 'recovery-code')}
                    className="link inline-block py-2.5"
                  >
                    {words(isRecoveryCode ? 'log_in_code.with_app' : 'log_in_code.with_recovery_code')}
                  </a>
                )}
              </div>
            )}
            <div className="flex flex-wrap gap-3">
              <SubmitButton label={button} pendingLabel={words('confirm.pending')} />
              <a href={cancelPath} className="button">
                {words('confirm.cancel')}
              </a>
            </div>
          </ActionForm>
        </div>
      )}
      <p className="text-sm text-muted">{words('confirm.why')}</p>
    </div>
  )
}

/** The sentence that says what the password is needed for, and the button, which names the command that will run. */
async function wordsOf(
  pending: PendingCommand | null,
  page: string | null,
  userId: string,
  words: Words,
): Promise<{ purpose: string; button: string }> {
  if (pending === null || !isCommandName(pending.name)) {
    const purpose = page === null ? words('confirm.lead') : words('confirm.to_open', { page })
    return { purpose, button: words('confirm.submit') }
  }
  const { data } = commands['sessions.end'].input.safeParse(pending.input)
  if (pending.name !== 'sessions.end' || data === undefined) return confirmWords(words, pending.name)
  const { sessions } = await services()
  const session = (await sessions.list(userId)).find(({ id }) => id === data.id)
  return confirmWords(words, pending.name, { device: deviceName(words, parseDevice(session?.userAgent ?? '')) })
}
