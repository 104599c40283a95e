import { KeyRound } from 'lucide'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import type { ListedPasskey } from '#lib/features/passkeys/passkeys.ts'
import type { Words } from '#lib/words/words.ts'
import { removePasskey } from './actions.ts'

interface Props {
  words: Words
  passkey: ListedPasskey
  now: number
  timeZone: string | null
}

export function PasskeyEntry({ words, passkey, now, timeZone }: Props) {
  const { id, createdAt, lastUsedAt, isSynced, isAutomatic, isOfThisHost, rpId } = passkey
  const name = passkey.name || words('passkeys.unnamed')
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} />
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 border-line p-6 not-first:border-t">
      <span className="pt-0.5 text-muted">
        <Icon drawing={KeyRound} />
      </span>
      <div className="flex flex-col gap-4">
        <div>
          <h2 className="flex flex-wrap items-center gap-x-3 font-medium">
            <Verbatim>{name}</Verbatim>
            {isAutomatic && <span className="badge">{words('passkeys.automatic')}</span>}
          </h2>
          <p className="text-sm text-muted">{words(isSynced ? 'passkeys.synced' : 'passkeys.one_device')}</p>
          {isAutomatic && <p className="text-sm text-muted">{words('passkeys.automatic_hint')}</p>}
          {!isOfThisHost && <p className="text-sm text-danger">{words('passkeys.elsewhere', { host: rpId })}</p>}
        </div>
        <dl className="figures grid gap-x-4 gap-y-2 text-sm sm:grid-cols-2">
          <div>
            <dt className="text-muted">{words('passkeys.added')}</dt>
            <dd className="first-letter:uppercase">{clock(createdAt)}</dd>
          </div>
          <div>
            <dt className="text-muted">{words('passkeys.last_used')}</dt>
            <dd className="first-letter:uppercase">
              {lastUsedAt === null ? words('passkeys.not_used') : clock(lastUsedAt)}
            </dd>
          </div>
        </dl>
        <div className="flex flex-wrap items-start gap-3">
          <a href={`/security/passkeys?${new URLSearchParams({ rename: id })}`} className="button">
            <span>{words('passkeys.rename')}</span>
            <span className="sr-only">{` ${words('passkeys.rename_which', { name })}`}</span>
          </a>
          <ActionForm action={removePasskey}>
            <FormAlert />
            <input type="hidden" name="id" value={id} />
            <SubmitButton
              look="quiet"
              label={words('passkeys.remove')}
              pendingLabel={words('passkeys.remove_pending')}
              about={words('passkeys.rename_which', { name })}
            />
          </ActionForm>
        </div>
      </div>
    </li>
  )
}
