import type { Metadata } from 'next'
import { Field } from '#app/ui/field.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Select } from '#app/ui/select.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { operator } from '#lib/core/audit/audit.ts'
import { auditEvents } from '#lib/core/audit/events.ts'
import { services } from '#lib/services.ts'
import type { AuditRecord } from '#lib/stores/types.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { pathWith, textOf } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import { eventName } from '#lib/words/sentences.ts'
import { fullTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'
import { Filters } from '../filters.tsx'
import { Paging } from '../paging.tsx'
import { Sections } from '../sections.tsx'
import { outcomes, readTrailQuery } from './trail-query.ts'

const path = '/admin/audit'
const pageSize = 50

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.audit.title') }
}

export default async function AuditPage({ searchParams }: PageProps<'/admin/audit'>) {
  await requireAdmin(pathWith(path, await searchParams))
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const query = await searchParams
  const { audit, userAdmin } = await services()
  const asked = await readTrailQuery(query)
  const found = asked === null ? [] : await audit.list({ ...asked, limit: pageSize + 1 })
  const entries = found.slice(0, pageSize)
  const names = await userAdmin.findNames(entries.flatMap(({ actorId, subjectId }) => [actorId, subjectId]))
  const person = (id: string | null, nobody: string) => <Who id={id} names={names} words={words} nobody={nobody} />

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="audit" />
      <h1 className="text-xl sm:text-2xl">{words('admin.audit.title')}</h1>
      {query.refused === 'export_too_often' && <Notice kind="warn">{words('admin.audit.export_too_often')}</Notice>}
      <Filters words={words} path={path}>
        <Select
          name="event"
          label={words('admin.audit.event')}
          value={asked?.event ?? ''}
          options={[
            { value: '', label: words('admin.audit.any_event') },
            ...auditEvents.map((event) => ({ value: event, label: words(`events.${event}`) })),
          ]}
        />
        <Select
          name="outcome"
          label={words('admin.audit.outcome')}
          value={asked?.outcome ?? ''}
          options={[
            { value: '', label: words('admin.audit.any_outcome') },
            ...outcomes.map((outcome) => ({ value: outcome, label: words(`admin.audit.${outcome}`) })),
          ]}
        />
        <Field
          name="person"
          label={words('admin.audit.person')}
          hint={words('admin.audit.person_hint')}
          value={textOf(query, 'person')}
          autoCapitalize="none"
          spellCheck={false}
        />
        <Field name="from" label={words('admin.audit.from')} type="date" value={textOf(query, 'from')} />
        <Field name="to" label={words('admin.audit.to')} type="date" value={textOf(query, 'to')} />
      </Filters>
      {entries.length === 0 && (
        <p role="status" className="text-muted">
          {words(asked === null ? 'admin.audit.unknown_person' : 'admin.audit.nothing')}
        </p>
      )}
      {entries.length > 0 && (
        <>
          <p className="flex flex-wrap gap-3">
            {(['csv', 'jsonl'] as const).map((format) => (
              <a key={format} href={pathWith(`${path}/export`, query, { before: null, format })} className="button">
                {words(`admin.audit.export_${format}`)}
              </a>
            ))}
          </p>
          <div className="table-frame">
            <table className="table table-cards">
              <thead>
                <tr>
                  <th scope="col">{words('admin.audit.number')}</th>
                  <th scope="col">{words('admin.audit.when')}</th>
                  <th scope="col">{words('admin.audit.event')}</th>
                  <th scope="col">{words('admin.audit.actor')}</th>
                  <th scope="col">{words('admin.audit.subject')}</th>
                  <th scope="col">{words('admin.audit.network')}</th>
                  <th scope="col">{words('admin.audit.detail')}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <tr key={entry.seq}>
                    <td data-label={words('admin.audit.number')} className="figures">
                      {entry.seq}
                    </td>
                    <td data-label={words('admin.audit.when')} className="lg:whitespace-nowrap">
                      <time dateTime={new Date(entry.at).toISOString()}>{fullTime(words, entry.at, timeZone)}</time>
                    </td>
                    <th scope="row">
                      <span>{eventName(words, entry.event)}</span>
                      {entry.outcome === 'refused' && (
                        <span className="badge badge-warn ms-2">{words('admin.audit.refused')}</span>
                      )}
                    </th>
                    <td data-label={words('admin.audit.actor')}>
                      {person(entry.actorId, words(entry.address === '' ? 'admin.audit.site' : 'admin.audit.nobody'))}
                    </td>
                    <td data-label={words('admin.audit.subject')}>{person(entry.subjectId, '')}</td>
                    <td data-label={words('admin.audit.network')} className="figures">
                      <Verbatim>{entry.address || entry.network}</Verbatim>
                    </td>
                    <td data-label={words('admin.audit.detail')}>
                      <Detail entry={entry} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <Paging
        words={words}
        first={asked?.before ? pathWith(path, query, { before: null }) : null}
        previous={null}
        next={found.length > pageSize ? pathWith(path, query, { before: String(entries.at(-1)?.seq) }) : null}
      />
    </div>
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
  if (id === null) return nobody && <span className="text-muted">{nobody}</span>
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

function Detail({ entry }: { entry: AuditRecord }) {
  const detail: Record<string, unknown> = JSON.parse(entry.detail)
  const text = Object.entries(detail).map(([name, value]) => `${name}: ${value ?? '–'}`)
  return text.length > 0 && <span className="text-sm wrap-anywhere">{text.join(', ')}</span>
}
