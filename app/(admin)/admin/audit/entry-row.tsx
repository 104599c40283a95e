import { ChevronDown } from 'lucide'
import { detailsOf, entryName, reasonOf } from '#app/history/details.ts'
import { Origin } from '#app/history/origin.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { operator } from '#lib/core/audit/audit.ts'
import type { AuditRecord } from '#lib/stores/types.ts'
import type { Words } from '#lib/words/words.ts'

/** What happened first, with the details folded; then who did it to whom, when, and from where. */
export function EntryRow({
  words,
  entry,
  names,
  now,
  timeZone,
}: {
  words: Words
  entry: AuditRecord
  names: ReadonlyMap<string, string>
  now: number
  timeZone: string | null
}) {
  const { seq, at, outcome, actorId, subjectId, address, network } = entry
  const nobody = words(address === '' && network === '' ? 'admin.audit.site' : 'admin.audit.nobody')
  const facts = [
    ...detailsOf(words, entry),
    { name: words('admin.audit.when'), value: new Date(at).toISOString() },
    { name: words('admin.audit.number'), value: `${seq}` },
  ]
  return (
    <tr>
      <th scope="row">
        <details className="entry">
          <summary>
            <span className="break-words">{entryName(words, entry)}</span>
            <Icon drawing={ChevronDown} />
            {outcome === 'refused' && (
              <span className="badge badge-warn">{reasonOf(words, entry) ?? words('admin.audit.refused')}</span>
            )}
          </summary>
          <dl className="facts pt-1 pb-2 text-sm font-normal">
            {facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Verbatim>{value}</Verbatim>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      </th>
      <td className="who-cell">
        <Who id={actorId} names={names} words={words} nobody={nobody} />
        {subjectId !== null && subjectId !== actorId && (
          <>
            <span aria-hidden="true" className="mx-1.5 inline-block text-muted rtl:-scale-x-100">
              →
            </span>
            <span className="sr-only">{`, ${words('admin.audit.subject')}: `}</span>
            <Who id={subjectId} names={names} words={words} nobody="" />
          </>
        )}
      </td>
      <td className="when-cell">
        <Clock at={at} now={now} timeZone={timeZone} words={words} />
      </td>
      <td className="network-cell figures">
        <Origin words={words} address={address} network={network} />
      </td>
    </tr>
  )
}

function Who({
  id,
  names,
  words,
  nobody,
}: {
  id: string | null
  names: ReadonlyMap<string, string>
  words: Words
  nobody: string
}) {
  if (id === null) return <span className="text-muted">{nobody}</span>
  if (id === operator) return words('admin.audit.operator')
  const name = names.get(id)
  // An erased user has no name any more.
  if (name === undefined)
    return (
      <code translate="no" className="text-sm break-all">
        {id}
      </code>
    )
  return (
    <a href={`/admin/users/${id}`} className="link">
      <Verbatim>{name}</Verbatim>
    </a>
  )
}
