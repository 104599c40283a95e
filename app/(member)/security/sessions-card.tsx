import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { SessionRecord } from '#lib/stores/types.ts'
import type { SignedIn } from '#lib/web/guards/current-user.ts'
import type { Words } from '#lib/words/words.ts'
import { endOtherSessions } from './actions.ts'
import { SessionEntry } from './session-entry.tsx'

/** Without opening the rest. */
const shown = 5

interface Props {
  words: Words
  /** Most recently active first. */
  sessions: readonly SessionRecord[]
  current: SignedIn['session']
  timeZone: string | null
}

/** The user's sessions, the current one first. */
export function SessionsCard({ words, sessions, current, timeZone }: Props) {
  const isThis = ({ id }: SessionRecord) => id === current.id
  const others = sessions.filter((session) => !isThis(session))
  const ordered = [...sessions.filter(isThis), ...others]
  const entry = (session: SessionRecord) => (
    <SessionEntry
      key={session.id}
      words={words}
      session={session}
      isThis={isThis(session)}
      now={current.now}
      timeZone={timeZone}
    />
  )

  return (
    <section aria-labelledby="sessions" className="card flex flex-col">
      <div className="p-6">
        <h2 id="sessions" className="text-lg">
          {words('security.sessions.title')}
        </h2>
        <p className="text-muted">{words('security.sessions.guards')}</p>
      </div>
      <ul>{ordered.slice(0, shown).map(entry)}</ul>
      {ordered.length > shown && (
        <details className="border-t border-line">
          <summary className="link inline-flex min-h-11 items-center px-6 py-3">
            {words('security.sessions.more', { count: ordered.length - shown })}
          </summary>
          <ul>{ordered.slice(shown).map(entry)}</ul>
        </details>
      )}
      {others.length > 0 && (
        <div className="border-t border-line p-6 sm:justify-items-end sm:grid">
          <ActionForm action={endOtherSessions}>
            <FormAlert />
            <SubmitButton
              look="quiet"
              label={words('security.sessions.end_others')}
              pendingLabel={words('security.sessions.end_pending')}
            />
          </ActionForm>
        </div>
      )}
    </section>
  )
}
