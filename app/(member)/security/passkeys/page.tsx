import type { Metadata } from 'next'
import { PasskeyForm } from '#app/passkeys/passkey-form.tsx'
import { PasskeySignals } from '#app/passkeys/passkey-signals.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { parseDevice } from '#lib/core/device.ts'
import { services } from '#lib/services.ts'
import { readRecoveryCodes } from '#lib/web/cookies/one-time-links.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { mustEnrol } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { readLoginClient } from '#lib/web/login-client.ts'
import { oneOf } from '#lib/web/query.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { deviceName } from '#lib/words/sentences.ts'
import { ShownCodes } from '../two-factor/shown-codes.tsx'
import { addPasskey, renamePasskey } from './actions.ts'
import { PasskeyEntry } from './passkey-entry.tsx'

const done = ['first', 'signed-up', 'added', 'removed', 'renamed'] as const
/** These made recovery codes. */
const withCodes: readonly unknown[] = ['first', 'signed-up']

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('passkeys.title') }
}

export default async function PasskeysPage({ searchParams }: PageProps<'/security/passkeys'>) {
  const signedIn = await requireRecentAuthentication('manage-own-account', '/security/passkeys')
  const { user, session } = signedIn
  const words = await getWords()
  const query = await searchParams
  const { passkeys } = await services()
  const { timeZone } = await readPreferences()
  const known = await passkeys.list(user.id)
  const outcome = oneOf(query, 'done', done)
  const refused = refusalIn(query)
  const codes = withCodes.includes(outcome) ? await readRecoveryCodes(user.id) : null
  const next = safeNextPath(query.next)
  if (codes !== null && outcome !== null) {
    const said = words(`passkeys.done.${outcome}`)
    return <ShownCodes words={words} codes={codes} said={said} next={next ?? '/security/passkeys'} />
  }
  const renamed = known.find(({ id }) => id === query.rename)

  return (
    <div className="flex flex-col gap-6">
      {!(await mustEnrol(signedIn)) && <Breadcrumb words={words} to="security" />}
      <PasskeySignals
        rpId={passkeys.rpId}
        userId={passkeys.userHandleOf(user.id)}
        username={user.username}
        ids={known.filter(({ isOfThisHost }) => isOfThisHost).map(({ id }) => id)}
      />
      <div>
        <h1 className="text-xl sm:text-2xl">{words('passkeys.title')}</h1>
        <p className="mt-2 text-muted">{words('passkeys.lead')}</p>
      </div>
      {outcome !== null && <Outcome kind="good">{words(`passkeys.done.${outcome}`)}</Outcome>}
      {refused !== null && <Notice kind="danger">{messageFor(words, refused).text}</Notice>}
      {next !== null && (
        <a href={next} className="button button-primary self-start">
          {words('passkeys.continue')}
        </a>
      )}
      {known.length > 0 ? (
        <ul aria-label={words('passkeys.title')} className="card flex flex-col">
          {known.map((passkey) => (
            <PasskeyEntry key={passkey.id} words={words} passkey={passkey} now={session.now} timeZone={timeZone} />
          ))}
        </ul>
      ) : (
        <p>{words('passkeys.none')}</p>
      )}
      {renamed ? (
        <div className="card max-w-form p-6">
          <ActionForm action={renamePasskey}>
            <FormAlert />
            <input type="hidden" name="id" value={renamed.id} />
            <Field name="name" label={words('passkeys.name')} value={renamed.name} autoComplete="off" required />
            <div className="flex flex-wrap gap-3">
              <SubmitButton label={words('passkeys.rename_submit')} pendingLabel={words('passkeys.rename_pending')} />
              <a href="/security/passkeys" className="button">
                {words('passkeys.cancel')}
              </a>
            </div>
          </ActionForm>
        </div>
      ) : (
        <div className="card flex max-w-form flex-col gap-4 p-6">
          {known.length === 1 && <p>{words('passkeys.one_more')}</p>}
          <PasskeyForm action={addPasskey} ceremony="add" look={next === null ? 'primary' : 'quiet'} isAlone>
            <Field
              name="name"
              label={words('passkeys.name')}
              value={deviceName(words, parseDevice((await readLoginClient()).by.userAgent))}
              autoComplete="off"
            />
          </PasskeyForm>
        </div>
      )}
    </div>
  )
}
