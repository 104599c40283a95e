import type { Metadata } from 'next'
import { Field } from '#app/ui/field.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Select } from '#app/ui/select.tsx'
import { auditEvents } from '#lib/core/audit/events.ts'
import { services } from '#lib/services.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { pathWith, textOf } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import { zoneName } from '#lib/words/time.ts'
import { Filters } from '../filters.tsx'
import { Paging } from '../paging.tsx'
import { Sections } from '../sections.tsx'
import { EntryRow } from './entry-row.tsx'
import { outcomes, readTrailQuery } from './trail-query.ts'

const path = '/admin/audit'
const pageSize = 50

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.audit.title') }
}

export default async function AuditPage({ searchParams }: PageProps<'/admin/audit'>) {
  const { session } = await requireAdmin(pathWith(path, await searchParams))
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const query = await searchParams
  const { audit, userAdmin } = await services()
  const asked = await readTrailQuery(query, timeZone)
  const found = asked === null ? [] : await audit.list({ ...asked, limit: pageSize + 1 })
  const entries = found.slice(0, pageSize)
  const names = await userAdmin.findNames(entries.flatMap(({ actorId, subjectId }) => [actorId, subjectId]))

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="audit" />
      <h1 className="text-xl sm:text-2xl">{words('admin.audit.title')}</h1>
      {query.refused === 'export_too_often' && <Notice kind="warn">{words('admin.audit.export_too_often')}</Notice>}
      <Filters
        words={words}
        path={path}
        isFiltered={['event', 'outcome', 'person', 'from', 'to'].some((name) => textOf(query, name) !== '')}
      >
        <Field
          name="person"
          label={words('admin.audit.person')}
          value={textOf(query, 'person')}
          autoCapitalize="none"
          spellCheck={false}
        />
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
        <Field name="from" label={words('admin.audit.from')} type="date" value={textOf(query, 'from')} />
        <Field name="to" label={words('admin.audit.to')} type="date" value={textOf(query, 'to')} />
      </Filters>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="text-sm text-muted">{words('admin.audit.days', { zone: zoneName(timeZone) })}</p>
        {entries.length > 0 && (
          <p className="flex flex-wrap gap-x-6">
            {(['csv', 'jsonl'] as const).map((format) => (
              <a
                key={format}
                href={pathWith(`${path}/export`, query, { before: null, format })}
                className="link inline-flex min-h-11 items-center"
              >
                {words(`admin.audit.export_${format}`)}
              </a>
            ))}
          </p>
        )}
      </div>
      {entries.length === 0 && (
        <p role="status" className="text-muted">
          {words(asked === null ? 'admin.audit.unknown_person' : 'admin.audit.nothing')}
        </p>
      )}
      {entries.length > 0 && (
        <div className="table-frame">
          <table className="table table-cards trail">
            <thead>
              <tr>
                <th scope="col">{words('admin.audit.event')}</th>
                <th scope="col">{words('admin.audit.actor')}</th>
                <th scope="col">{words('admin.audit.when')}</th>
                <th scope="col">{words('admin.audit.network')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <EntryRow
                  key={entry.seq}
                  words={words}
                  entry={entry}
                  names={names}
                  now={session.now}
                  timeZone={timeZone}
                />
              ))}
            </tbody>
          </table>
        </div>
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
