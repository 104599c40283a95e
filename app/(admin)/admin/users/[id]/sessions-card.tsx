import { Origin } from '#app/history/origin.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { parseDevice } from '#lib/core/device.ts'
import type { SessionRecord } from '#lib/stores/types.ts'
import { deviceName } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'
import { endSessionsOf } from '../actions.ts'
import { ActGroup, ActRow } from './act-row.tsx'

/** Where the user is logged in. */
export function SessionsCard({
  words,
  id,
  live,
  isSelf,
  now,
  timeZone,
}: {
  words: Words
  id: string
  live: readonly SessionRecord[]
  /** Admins end their own sessions on the Security page, which keeps the present one. */
  isSelf: boolean
  now: number
  timeZone: string | null
}) {
  return (
    <ActGroup id="sessions" title={words('admin.person.sessions')}>
      {live.length === 0 && <p className="px-6 pb-6 text-muted">{words('admin.person.no_sessions')}</p>}
      <ul>
        {live.map((one) => (
          <li key={one.id} className="figures border-t border-line px-6 py-3 text-sm">
            <p className="font-medium">{deviceName(words, parseDevice(one.userAgent))}</p>
            <p className="text-muted">
              {one.address === '' ? (
                words('security.sessions.address_unknown')
              ) : (
                <Origin words={words} address={one.address} />
              )}
              {' · '}
              {words('security.sessions.last_active')}{' '}
              <Clock at={one.lastActivityAt} now={now} timeZone={timeZone} words={words} />
            </p>
          </li>
        ))}
      </ul>
      {live.length > 0 && !isSelf && (
        <ActRow
          words={words}
          id={id}
          action={endSessionsOf}
          title={words('admin.person.end_sessions')}
          label={words('admin.person.end_sessions')}
          text={words('admin.person.end_sessions_text')}
        />
      )}
    </ActGroup>
  )
}
