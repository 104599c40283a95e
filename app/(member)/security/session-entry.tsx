import { Laptop, MonitorSmartphone, Smartphone, Tablet } from 'lucide'
import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { deadlines, type SessionLimits } from '#lib/auth/sessions/timeouts.ts'
import { parseDevice } from '#lib/core/device.ts'
import type { SessionRecord } from '#lib/stores/types.ts'
import { deviceName } from '#lib/words/sentences.ts'
import { clockTime, timeLeft } from '#lib/words/time.ts'
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
  limits: SessionLimits
  now: number
  timeZone: string | null
}

/** One logged-in browser. Each except the current one can be logged out. */
export function SessionEntry({ words, session, isThis, limits, now, timeZone }: Props) {
  const device = parseDevice(session.userAgent)
  const name = deviceName(words, device)
  const address = session.address || words('security.sessions.address_unknown')
  const left = deadlines(session, limits).idleDeadline - now
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} />

  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 border-t border-line p-6">
      <span className="pt-0.5 text-muted">{icons[device.kind]}</span>
      <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_auto]">
        <div>
          <h3 className="flex flex-wrap items-center gap-x-3 font-medium">
            <span>{name}</span>
            {isThis && <span className="badge">{words('security.sessions.this_device')}</span>}
          </h3>
          <p className="figures text-sm text-muted">
            <Verbatim>{address}</Verbatim>
          </p>
        </div>
        <dl className="figures grid gap-x-4 gap-y-2 sm:col-span-2 sm:grid-cols-3">
          <Moment label={words('security.sessions.began')}>{clock(session.createdAt)}</Moment>
          <Moment label={words('security.sessions.last_active')}>{clock(session.lastActivityAt)}</Moment>
          <Moment label={words('security.sessions.left')}>{timeLeft(words, left)}</Moment>
        </dl>
        {!isThis && (
          <div className="sm:col-start-2 sm:row-start-1 sm:max-w-60">
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
          </div>
        )}
      </div>
    </li>
  )
}

function Moment({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="text-sm max-sm:grid max-sm:grid-cols-[6rem_minmax(0,1fr)] max-sm:gap-x-4">
      <dt className="text-muted">{label}</dt>
      <dd className="first-letter:uppercase">{children}</dd>
    </div>
  )
}
