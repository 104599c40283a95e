import { TimeBar } from '#app/session/time-bar.tsx'
import { TimeLeft } from '#app/session/time-left.tsx'
import { Clock } from '#app/ui/clock.tsx'
import type { SignedIn } from '#lib/web/guards/current-user.ts'
import { lasting, timeLeft } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

interface Props {
  words: Words
  session: SignedIn['session']
  idleMs: number
  timeZone: string | null
}

/** How long this session still lasts. */
export function SessionCard({ words, session, idleMs, timeZone }: Props) {
  const { idleDeadline, absoluteDeadline, now } = session
  const leftMs = Math.max(Math.min(idleDeadline, absoluteDeadline) - now, 0)
  const idle = lasting(words, idleMs)
  return (
    <section aria-labelledby="session" className="card flex flex-col gap-4 p-6">
      <h2 id="session" className="text-lg">
        {words('home.session.title')}
      </h2>
      <div className="figures flex flex-col gap-2">
        <p>
          <span className="font-medium">
            <TimeLeft template={words.raw('home.session.left')}>
              {words('home.session.left', { left: timeLeft(words, leftMs) })}
            </TimeLeft>
          </span>{' '}
          <span className="text-muted">{words('home.session.of_idle')}</span>
        </p>
        <TimeBar leftMs={leftMs} ofMs={idleMs} />
      </div>
      <p className="max-w-[68ch] text-sm text-muted">
        {words.rich('home.session.limits', {
          idle,
          when: () => <Clock key="when" at={absoluteDeadline} now={now} timeZone={timeZone} words={words} />,
        })}
      </p>
    </section>
  )
}
