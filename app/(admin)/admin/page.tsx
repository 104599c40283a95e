import { ChevronRight } from 'lucide'
import type { Metadata } from 'next'
import { Icon } from '#app/ui/line-icon.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { days, hours } from '#lib/core/clock.ts'
import { services } from '#lib/services.ts'
import type { AuditCount } from '#lib/stores/types.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { oneOf, pathWith } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import type { Words } from '#lib/words/words.ts'
import { type Bar, Chart } from './chart.tsx'
import { Figures } from './figures.tsx'
import { Sections } from './sections.tsx'

/** Whole hours and days, so that each bar keeps its meaning between views. */
const periods = {
  day: { partMs: hours(1), parts: 24, tickEvery: 6 },
  month: { partMs: days(1), parts: 30, tickEvery: 7 },
}

const series = [
  { key: 'signed_up', events: ['account.signed_up', 'account.created', 'setup.finished'], outcome: 'done' },
  { key: 'logged_in', events: ['session.started'], outcome: 'done' },
  { key: 'failed', events: ['session.started'], outcome: 'refused' },
] as const
const counted = [...new Set(series.flatMap(({ events }) => events))]

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.overview.title') }
}

export default async function OverviewPage({ searchParams }: PageProps<'/admin'>) {
  const { session, user } = await requireAdmin(pathWith('/admin', await searchParams))
  const words = await getWords()
  const { timeZone } = await readPreferences()
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
    audit.count(counted, since - parts * partMs, partMs),
  ])
  const shown = series.map(({ key, events, outcome }) => {
    const own = counts.filter((count) => count.outcome === outcome && events.some((event) => event === count.event))
    return { key, bars: barsOf(own, since, period, words, timeZone) }
  })
  const usesUtc = period === 'month' || timeZone === null

  return (
    <div className="flex flex-col gap-8">
      <Sections words={words} current="overview" />
      <h1 className="text-xl sm:text-2xl">{words('admin.overview.title')}</h1>
      {!user.factors.hasSecondFactor && (
        <Notice kind="warn">
          {words.rich('admin.overview.unprotected', {
            link: (text) => (
              <a key="link" href="/security/two-factor" className="link">
                {text}
              </a>
            ),
          })}
        </Notice>
      )}
      <ul className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Tile href="/admin/users" name={words('admin.overview.people')} value={all} words={words} />
        <Tile
          href="/admin/audit?event=session.started&outcome=done"
          name={words('admin.overview.live')}
          value={live}
          words={words}
        />
        <Tile
          href="/admin/users?state=suspended"
          name={words('admin.overview.suspended')}
          value={suspended}
          words={words}
        />
        <Tile href="/admin/invitations" name={words('admin.overview.waiting')} value={open.length} words={words} />
      </ul>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
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
        <p className="text-sm text-muted">
          {words('admin.overview.earlier')}{' '}
          {usesUtc && words(period === 'month' ? 'admin.overview.utc_days' : 'admin.overview.utc')}
        </p>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-3">
        {shown.map(({ key, bars }) => (
          <Chart
            key={key}
            name={key}
            title={words(`admin.overview.${key}`)}
            summary={words(`admin.overview.in_${period}`, {
              count: sum(bars.map(({ count }) => count)),
              before: sum(bars.map(({ before }) => before)),
            })}
            isDanger={key === 'failed'}
            bars={bars}
          />
        ))}
      </div>
      <Figures
        words={words}
        labelName={words(period === 'day' ? 'admin.overview.hour' : 'admin.overview.date')}
        series={shown}
      />
    </div>
  )
}

function Tile({ href, name, value, words }: { href: string; name: string; value: number; words: Words }) {
  return (
    <li>
      <a href={href} className="card tile flex h-full items-center gap-2 p-4 sm:p-6">
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="figures text-xl font-semibold">{value.toLocaleString(words.formats)}</span>
          <span className="text-sm text-muted">{name}</span>
        </span>
        <span className="text-muted rtl:-scale-x-100">
          <Icon drawing={ChevronRight} />
        </span>
      </a>
    </li>
  )
}

/** `counts` begins one period before `since`. */
function barsOf(
  counts: readonly AuditCount[],
  since: number,
  period: keyof typeof periods,
  words: Words,
  timeZone: string | null,
): Bar[] {
  const { partMs, parts, tickEvery } = periods[period]
  // Days are those of UTC, so that a change to summer time moves no event to another day.
  const zone = period === 'day' ? (timeZone ?? 'UTC') : 'UTC'
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(words.formats, { timeZone: zone, ...options })
  const short =
    period === 'day'
      ? format({ hour: '2-digit', hourCycle: 'h23', minute: '2-digit' })
      : format({ day: 'numeric', month: 'short' })
  const long =
    period === 'day'
      ? format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
      : format({ day: 'numeric', month: 'long', year: 'numeric' })
  const inPart = (part: number) => sum(counts.filter((count) => count.part === part).map(({ count }) => count))
  return Array.from({ length: parts }, (_, part) => {
    const at = since + part * partMs
    const [count, before, label] = [inPart(parts + part), inPart(part), long.format(at)]
    return {
      label,
      tick: (parts - 1 - part) % tickEvery === 0 ? short.format(at) : null,
      count,
      before,
      title: words('admin.overview.bar', { when: label, count, before, period }),
    }
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
