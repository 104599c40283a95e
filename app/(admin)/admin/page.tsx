import type { Metadata } from 'next'
import { days, hours } from '#lib/core/clock.ts'
import { services } from '#lib/services.ts'
import type { AuditCount } from '#lib/stores/types.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { oneOf, pathWith } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import type { Words } from '#lib/words/words.ts'
import { type Bar, Chart } from './chart.tsx'
import { Sections } from './sections.tsx'

/** Whole hours and days, so that each bar keeps its meaning between views. */
const periods = {
  day: { partMs: hours(1), parts: 24, tickEvery: 6 },
  month: { partMs: days(1), parts: 30, tickEvery: 7 },
}

const series = [
  { key: 'signed_up', event: 'account.signed_up', outcome: 'done' },
  { key: 'logged_in', event: 'session.started', outcome: 'done' },
  { key: 'failed', event: 'session.started', outcome: 'refused' },
] as const

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.overview.title') }
}

export default async function OverviewPage({ searchParams }: PageProps<'/admin'>) {
  const { session } = await requireAdmin(pathWith('/admin', await searchParams))
  const words = await getWords()
  const period = oneOf(await searchParams, 'period', ['day', 'month']) ?? 'day'
  const { partMs, parts } = periods[period]
  const since = Math.floor(session.now / partMs) * partMs - (parts - 1) * partMs
  const { userAdmin, sessions, invitations, audit } = await services()
  const anybody = { search: '', role: null, state: null }
  const [all, suspended, live, open, counts] = await Promise.all([
    userAdmin.count(anybody),
    userAdmin.count({ ...anybody, state: 'suspended' }),
    sessions.countLive(),
    invitations.list(),
    audit.count([...new Set(series.map(({ event }) => event))], since, partMs),
  ])

  return (
    <div className="flex flex-col gap-8">
      <Sections words={words} current="overview" />
      <h1 className="text-xl sm:text-2xl">{words('admin.overview.title')}</h1>
      <dl className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Figure name={words('admin.overview.people')} value={all} words={words} />
        <Figure name={words('admin.overview.live')} value={live} words={words} />
        <Figure name={words('admin.overview.suspended')} value={suspended} words={words} />
        <Figure name={words('admin.overview.waiting')} value={open.length} words={words} />
      </dl>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <nav aria-label={words('admin.overview.period')}>
          <ul className="tabs">
            {(['day', 'month'] as const).map((name) => (
              <li key={name}>
                <a href={`/admin?period=${name}`} aria-current={name === period ? 'page' : undefined}>
                  {words(`admin.overview.${name}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <p className="text-sm text-muted">{words('admin.overview.utc')}</p>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-3">
        {series.map(({ key, event, outcome }) => {
          const some = counts.filter((count) => count.event === event && count.outcome === outcome)
          const bars = barsOf(some, since, period, words)
          const total = bars.reduce((sum, { count }) => sum + count, 0)
          return (
            <Chart
              key={key}
              words={words}
              title={words(`admin.overview.${key}`)}
              summary={words(`admin.overview.in_${period}`, { count: total })}
              labelName={words(period === 'day' ? 'admin.overview.hour' : 'admin.overview.date')}
              bars={bars}
            />
          )
        })}
      </div>
    </div>
  )
}

function Figure({ name, value, words }: { name: string; value: number; words: Words }) {
  return (
    <div className="card flex flex-col-reverse p-6">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="figures text-xl font-semibold">{value.toLocaleString(words.formats)}</dd>
    </div>
  )
}

function barsOf(counts: readonly AuditCount[], since: number, period: keyof typeof periods, words: Words): Bar[] {
  const { partMs, parts, tickEvery } = periods[period]
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(words.formats, { timeZone: 'UTC', ...options })
  const short =
    period === 'day'
      ? format({ hour: '2-digit', hourCycle: 'h23', minute: '2-digit' })
      : format({ day: 'numeric', month: 'short' })
  const long =
    period === 'day'
      ? format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
      : format({ day: 'numeric', month: 'long', year: 'numeric' })
  return Array.from({ length: parts }, (_, part) => {
    const at = since + part * partMs
    return {
      label: long.format(at),
      tick: (parts - 1 - part) % tickEvery === 0 ? short.format(at) : null,
      count: counts.find((count) => count.part === part)?.count ?? 0,
    }
  })
}
