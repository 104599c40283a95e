import type { ReactNode } from 'react'
import { Clock } from '#app/ui/clock.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { operator } from '#lib/core/audit/audit.ts'
import type { AuditRecord } from '#lib/stores/types.ts'
import type { Words } from '#lib/words/words.ts'
import { deviceOf, entryName, reasonOf } from './details.ts'
import { Origin } from './origin.tsx'

/** Without opening the rest. */
const shown = 8

/** The latest events by or about a user, for the user and for an admin. */
export function HistoryList({
  words,
  entries,
  names,
  personId,
  now,
  timeZone,
  guards = words('history.guards'),
  more = null,
}: {
  words: Words
  entries: readonly AuditRecord[]
  /** Usernames by id. */
  names: ReadonlyMap<string, string>
  personId: string
  now: number
  timeZone: string | null
  /** A sentence that describes the list. */
  guards?: string
  /** A link to the complete list. */
  more?: ReactNode
}) {
  const line = (entry: AuditRecord) => (
    <li
      key={entry.seq}
      className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-t border-line px-6 py-3"
    >
      <span className="flex flex-wrap items-baseline gap-x-2">
        <span>{entryName(words, entry)}</span>
        {entry.outcome === 'refused' && (
          <span className="badge badge-warn">{reasonOf(words, entry) ?? words('history.refused')}</span>
        )}
        <span className="text-sm text-muted">{byWhom(words, entry, personId, names)}</span>
      </span>
      <span className="figures text-sm text-muted">
        {/* Hides an administrator's network from the user. */}
        {(entry.actorId === null || entry.actorId === personId) && <Place words={words} entry={entry} />}
        <Clock at={entry.at} now={now} timeZone={timeZone} words={words} />
      </span>
    </li>
  )
  return (
    <section aria-labelledby="history" className="card">
      <div className="p-6">
        <h2 id="history" className="text-lg">
          {words('history.title')}
        </h2>
        <p className="text-muted">{guards}</p>
      </div>
      {entries.length === 0 && <p className="px-6 pb-6 text-muted">{words('history.none')}</p>}
      <ul>{entries.slice(0, shown).map(line)}</ul>
      {entries.length > shown && (
        <details className="border-t border-line">
          <summary className="link inline-flex min-h-11 items-center px-6 py-3">{words('history.earlier')}</summary>
          <ul>{entries.slice(shown).map(line)}</ul>
        </details>
      )}
      {more !== null && <p className="border-t border-line p-6">{more}</p>}
    </section>
  )
}

/** Empty for the user's own actions. */
function byWhom(
  words: Words,
  { actorId, network }: AuditRecord,
  personId: string,
  names: ReadonlyMap<string, string>,
): ReactNode {
  if (actorId === personId) return ''
  if (actorId === operator) return words('history.by_operator')
  // Without a network, the site itself was the actor.
  if (actorId === null) return network === '' ? '' : words('history.by_nobody')
  const name = names.get(actorId) ?? actorId
  return words.rich('history.by_admin', { username: () => <Verbatim key="username">{name}</Verbatim> })
}

/** The device and the network, as far as the entry has them. */
function Place({ words, entry }: { words: Words; entry: AuditRecord }) {
  const device = deviceOf(words, entry)
  return (
    <>
      {device !== null && `${device} · `}
      {entry.network !== '' && (
        <>
          <Origin words={words} address="" network={entry.network} />
          {' · '}
        </>
      )}
    </>
  )
}
