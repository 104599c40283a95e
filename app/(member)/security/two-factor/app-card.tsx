import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { Words } from '#lib/words/words.ts'
import { turnOff } from './actions.ts'

const consequences = {
  password: 'two_factor.turn_off_text',
  passkey: 'two_factor.turn_off_text_passkey',
  required: 'two_factor.turn_off_required',
} as const

interface Props {
  words: Words
  since: number
  /** The code that turned it on is a use too. */
  lastUsedAt: number | null
  now: number
  timeZone: string | null
  /** What a log-in asks for without the app, or `required` when the role must keep it. */
  rest: keyof typeof consequences
}

/** The authenticator app that is on. */
export function AppCard({ words, since, lastUsedAt, now, timeZone, rest }: Props) {
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} />
  return (
    <section aria-labelledby="app" className="card">
      <div className="flex flex-col gap-4 p-6">
        <div>
          <h2 id="app" className="text-lg">
            {words('two_factor.app')}
          </h2>
          <p className="text-muted">{words('two_factor.app_text')}</p>
        </div>
        <dl className="facts">
          <div>
            <dt>{words('two_factor.on_since')}</dt>
            <dd className="first-letter:uppercase">{clock(since)}</dd>
          </div>
          <div>
            <dt>{words('two_factor.last_used')}</dt>
            <dd className="first-letter:uppercase">
              {lastUsedAt === null || lastUsedAt <= since ? words('two_factor.never_used') : clock(lastUsedAt)}
            </dd>
          </div>
        </dl>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-6 py-4">
        <p className="max-w-[28rem] text-sm text-pretty text-muted">{words(consequences[rest])}</p>
        {rest !== 'required' && (
          <ActionForm action={turnOff}>
            <FormAlert />
            <SubmitButton
              look="quiet"
              label={words('two_factor.turn_off')}
              pendingLabel={words('two_factor.turn_off_pending')}
            />
          </ActionForm>
        )}
      </div>
    </section>
  )
}
