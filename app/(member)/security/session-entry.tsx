import { Laptop, MonitorSmartphone, Smartphone, Tablet } from 'lucide'
import { Origin } from '#app/history/origin.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { parseDevice } from '#lib/core/device.ts'
import type { SessionRecord } from '#lib/stores/types.ts'
import { deviceName } from '#lib/words/sentences.ts'
import { clockTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'
import { endSession } from './actions.ts'

const icons = {
  laptop: <Icon drawing={Laptop} />,
  phone: <Icon drawing={Smartphone} />,
  tablet: <Icon drawing={Tablet} />,
  unknown: <Icon drawing={MonitorSmartphone} />,
}

interface Props {
  words: Words
  session: SessionRecord
  isThis: boolean
  now: number
  timeZone: string | null
}

/** One logged-in browser. Each except the current one can be logged out. */
export function SessionEntry({ words, session, isThis, now, timeZone }: Props) {
  const device = parseDevice(session.userAgent)
  const name = deviceName(words, device)
  const address = session.address || words('security.sessions.address_unknown')

  return (
    <li className="entry-line border-t border-line px-6 py-4">
      <span className="text-muted">{icons[device.kind]}</span>
      <div>
        <h3 className="flex flex-wrap items-center gap-x-3 font-medium">
          <span>{name}</span>
          {isThis && <span className="badge">{words('security.sessions.this_device')}</span>}
        </h3>
        <p className="figures text-sm text-muted">
          {session.address === '' ? address : <Origin words={words} address={session.address} />}
          {' · '}
          {words.rich('security.sessions.active', {
            when: () => <Clock key="when" at={session.lastActivityAt} now={now} timeZone={timeZone} words={words} />,
          })}
        </p>
      </div>
      {!isThis && (
        <ActionForm action={endSession}>
          <FormAlert />
          <input type="hidden" name="id" value={session.id} />
          <SubmitButton
            look="quiet"
            label={words('security.sessions.end')}
            pendingLabel={words('security.sessions.end_pending')}
            about={words('security.sessions.end_which', {
              device: name,
              address,
              when: clockTime(words, session.createdAt, now, timeZone),
            })}
          />
        </ActionForm>
      )}
    </li>
  )
}
