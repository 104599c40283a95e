import { KeyRound } from 'lucide'
import { Clock } from '#app/ui/clock.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import type { Words } from '#lib/words/words.ts'

interface Props {
  words: Words
  mayChange: boolean
  /** Null while the password is the first one. */
  changedAt: number | null
  now: number
  timeZone: string | null
}

export function PasswordCard({ words, mayChange, changedAt, now, timeZone }: Props) {
  return (
    <section aria-labelledby="password" className="card flex flex-col gap-4 p-6">
      <div>
        <h2 id="password" className="text-lg">
          {words('security.password.title')}
        </h2>
        <p className="text-muted">{words('security.password.guards')}</p>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="flex gap-3">
          <span className="pt-0.5 text-muted">
            <Icon drawing={KeyRound} />
          </span>
          <span>
            {changedAt === null
              ? words('security.password.never_changed')
              : words.rich('security.password.changed_at', {
                  when: () => <Clock key="when" at={changedAt} now={now} timeZone={timeZone} words={words} />,
                })}
          </span>
        </p>
        {mayChange && (
          <a href="/security/password" className="button">
            {words('security.password.change')}
          </a>
        )}
      </div>
    </section>
  )
}
