import type { ReactNode } from 'react'
import { TimeLeft } from '#app/session/time-left.tsx'
import { Clock } from '#app/ui/clock.tsx'
import type { SignedIn } from '#lib/web/guards/current-user.ts'
import { lasting, timeLeft } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

interface Props {
  words: Words
  session: SignedIn['session']
  timeZone: string | null
}

/** The start of this session and its limits. */
export function SessionCard({ words, session, timeZone }: Props) {
  const { startedAt, idleDeadline, absoluteDeadline, now } = session
  const longest = absoluteDeadline - startedAt
  const left = Math.max(absoluteDeadline - now, 0)
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} />

  return (
    <section aria-labelledby="session" className="card flex flex-col gap-6 p-6">
      <h2 id="session" className="text-lg">
        {words('home.session.title')}
      </h2>
      <div className="figures flex flex-col gap-2">
        <p>
          <span className="font-medium">{words('home.session.left', { left: timeLeft(words, left) })}</span>{' '}
          <span className="text-muted">{words('home.session.of_longest', { longest: lasting(words, longest) })}</span>
        </p>
        <svg aria-hidden="true" className="bar">
          <rect height="100%" width={`${((100 * left) / longest).toFixed(1)}%`} rx="4" />
        </svg>
      </div>
      <dl className="grid gap-4 sm:grid-cols-3">
        <Moment label={words('home.session.began')}>{clock(startedAt)}</Moment>
        <Moment label={words('home.session.ends_idle')}>
          <TimeLeft template={words.raw('home.session.in')}>
            {words('home.session.in', { left: timeLeft(words, idleDeadline - now) })}
          </TimeLeft>
        </Moment>
        <Moment label={words('home.session.ends_latest')}>{clock(absoluteDeadline)}</Moment>
      </dl>
      <p className="max-w-[68ch] text-sm text-muted">{words('home.session.limits')}</p>
    </section>
  )
}

function Moment({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="font-medium first-letter:uppercase">{children}</dd>
    </div>
  )
}
