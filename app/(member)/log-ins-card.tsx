import { deviceOf } from '#app/history/details.ts'
import { Origin } from '#app/history/origin.tsx'
import { Clock } from '#app/ui/clock.tsx'
import type { AuditRecord } from '#lib/stores/types.ts'
import type { Words } from '#lib/words/words.ts'

/** When, where and with which browser the user logged in lately. */
export function LogInsCard({
  words,
  logIns,
  now,
  timeZone,
}: {
  words: Words
  /** Newest first. */
  logIns: readonly AuditRecord[]
  now: number
  timeZone: string | null
}) {
  return (
    <section aria-labelledby="log-ins" className="card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 p-6 pb-4">
        <h2 id="log-ins" className="text-lg">
          {words('home.log_ins.title')}
        </h2>
        <a href="/security#history" className="link inline-flex min-h-11 items-center">
          {words('home.log_ins.all')}
        </a>
      </div>
      <ul>
        {logIns.map((entry) => (
          <li
            key={entry.seq}
            className="flex flex-wrap justify-between gap-x-6 gap-y-1 border-t border-line px-6 py-3 text-sm"
          >
            <span>
              {deviceOf(words, entry) ?? words('home.log_ins.unknown_device')}
              {entry.network !== '' && (
                <span className="figures text-muted">
                  {' · '}
                  <Origin words={words} address="" network={entry.network} />
                </span>
              )}
            </span>
            <span className="figures text-muted first-letter:uppercase">
              <Clock at={entry.at} now={now} timeZone={timeZone} words={words} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
