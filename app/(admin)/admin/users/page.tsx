import { ArrowDown, ArrowUp, ArrowUpDown, UserPlus } from 'lucide'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Field } from '#app/ui/field.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { Select } from '#app/ui/select.tsx'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import { services } from '#lib/services.ts'
import type { UserQuery } from '#lib/stores/types.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { oneOf, pathWith, type Query, textOf } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import type { Words } from '#lib/words/words.ts'
import { Filters } from '../filters.tsx'
import { outcomeOf } from '../outcome.ts'
import { Paging } from '../paging.tsx'
import { Sections } from '../sections.tsx'
import { type Order, readFilter, readOrder, sortingOf, sorts, states } from './people-query.ts'
import { PersonRow } from './person-row.tsx'
import { SelectionBar } from './selection-bar.tsx'

const path = '/admin/users'
const pageSize = 50

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.people.title') }
}

export default async function PeoplePage({ searchParams }: PageProps<'/admin/users'>) {
  const { user: admin, session } = await requireAdmin(pathWith(path, await searchParams))
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const query = await searchParams
  const { userAdmin, settings } = await services()
  const filter = readFilter(query)
  const order = readOrder(query)
  const [count, page] = await Promise.all([
    userAdmin.count(filter),
    readPage(query, { ...filter, ...sortingOf(order) }),
  ])
  const lastActive = await userAdmin.findLastActive(page.shown.map(({ id }) => id))
  const link = (changes: Record<string, string | null>) => pathWith(path, query, { ...passing, ...changes })
  const outcome = outcomeOf(words, 'people', query)
  const isSelected = oneOf(query, 'select', ['all']) !== null

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="people" />
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl sm:text-2xl">{words('admin.people.title')}</h1>
        <a href="/admin/users/new" className="button button-primary">
          <Icon drawing={UserPlus} />
          {words('admin.people.add')}
        </a>
      </div>
      {outcome !== null && <Outcome kind={outcome.kind}>{outcome.text}</Outcome>}
      <Filters
        words={words}
        path={path}
        isFiltered={filter.search !== '' || filter.role !== null || filter.state !== null}
      >
        <Field
          name="search"
          label={words('admin.people.search')}
          type="search"
          value={filter.search}
          autoCapitalize="none"
          spellCheck={false}
        />
        <Select
          name="role"
          label={words('fields.role')}
          value={filter.role ?? ''}
          options={[
            { value: '', label: words('admin.people.any_role') },
            ...rolesByTrust.map((role) => ({ value: role, label: words(`roles.${role}`) })),
          ]}
        />
        <Select
          name="state"
          label={words('admin.people.state')}
          value={filter.state ?? ''}
          options={[
            { value: '', label: words('admin.people.any_state') },
            ...states.map((state) => ({ value: state, label: words(`states.${state}`) })),
          ]}
        />
        {order !== 'username' && <input type="hidden" name="order" value={order} />}
      </Filters>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p role="status" className="figures text-muted">
          {words('admin.people.found', { count })}
        </p>
        {page.shown.length > 0 && (
          <p className="flex flex-wrap gap-x-6">
            <a
              href={pathWith(path, query, { ...done, select: isSelected ? null : 'all' })}
              className="link inline-flex min-h-11 items-center"
            >
              {words(isSelected ? 'admin.people.select_none' : 'admin.people.select_all')}
            </a>
            <a href={pathWith(`${path}/export`, query, passing)} className="link inline-flex min-h-11 items-center">
              {words('admin.people.export')}
            </a>
          </p>
        )}
      </div>
      {count === 0 && <p className="text-muted">{words('admin.people.nobody')}</p>}
      {page.shown.length > 0 && (
        <form method="get" action={`${path}/selected`} className="selection" autoComplete="off">
          <div className="table-frame">
            <table className="table table-cards people">
              <thead>
                <tr>
                  <th scope="col">
                    <span className="sr-only">{words('admin.people.selection')}</span>
                  </th>
                  <SortHead words={words} name="username" order={order} link={link}>
                    {words('admin.people.person')}
                  </SortHead>
                  <th scope="col">{words('fields.email')}</th>
                  <th scope="col">{words('fields.role')}</th>
                  <th scope="col">{words('admin.people.last_active')}</th>
                  <SortHead words={words} name="created" order={order} link={link}>
                    {words('admin.people.signed_up')}
                  </SortHead>
                </tr>
              </thead>
              <tbody>
                {page.shown.map((person) => (
                  <PersonRow
                    key={person.id}
                    words={words}
                    person={person}
                    isSelf={person.id === admin.id}
                    isSelected={isSelected}
                    needsFactor={settings.requireTwoFactor.includes(person.role)}
                    lastActive={lastActive.get(person.id) ?? null}
                    now={session.now}
                    timeZone={timeZone}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <input type="hidden" name="list" value={pathWith('', query, { ...done, select: null }).slice(1)} />
          <SelectionBar words={words} />
        </form>
      )}
      <Paging
        words={words}
        first={page.hasPrevious ? link({}) : null}
        previous={page.hasPrevious ? link({ before: placeOf(page.shown[0]) }) : null}
        next={page.hasNext ? link({ after: placeOf(page.shown.at(-1)) }) : null}
      />
    </div>
  )
}

/** The outcome of an act, which belongs to one view only. */
const done = { did: null, count: null, left: null, why: null, refused: null, undone: null }
/** What does not go along to another page of the list. */
const passing = { ...done, after: null, before: null, select: null }

/** A column's head as a link that sorts by it, and reverses the order when it sorts already. */
function SortHead({
  words,
  name,
  order,
  link,
  children,
}: {
  words: Words
  name: keyof typeof sorts
  order: Order
  link: (changes: Record<string, string | null>) => string
  children: ReactNode
}) {
  const { first, reversed } = sorts[name]
  const isCurrent = order === first || order === reversed
  const { descending } = sortingOf(order)
  const sorted = descending ? 'descending' : 'ascending'
  return (
    <th scope="col" data-sort="" aria-sort={isCurrent ? sorted : undefined}>
      <a href={link({ order: order === first ? reversed : first })} className="sort">
        <span>
          {children}
          <span className="sr-only">{` ${words('admin.people.sort')}`}</span>
        </span>
        <Icon drawing={isCurrent ? (descending ? ArrowDown : ArrowUp) : ArrowUpDown} />
      </a>
    </th>
  )
}

/** Requests one more than shown, to know whether more follow. For the previous page, reverses the order twice. */
async function readPage(query: Query, asked: Omit<UserQuery, 'after' | 'limit'>) {
  const { userAdmin } = await services()
  const limit = pageSize + 1
  const before = readPlace(textOf(query, 'before'))
  if (before !== null) {
    const found = await userAdmin.list({ ...asked, descending: !asked.descending, after: before, limit })
    const shown = found.slice(0, pageSize).toReversed()
    return { shown, hasPrevious: found.length > pageSize, hasNext: true }
  }
  const after = readPlace(textOf(query, 'after'))
  const found = await userAdmin.list({ ...asked, after, limit })
  return { shown: found.slice(0, pageSize), hasPrevious: after !== null, hasNext: found.length > pageSize }
}

/** The position in the list as a query value: `1767258000000.alice`. */
function placeOf(person: ManagedUser | undefined): string {
  return person ? `${person.createdAt}.${person.username}` : ''
}

function readPlace(text: string): UserQuery['after'] {
  const [, createdAt, username] = /^(\d{1,15})\.([a-z0-9._-]{1,64})$/.exec(text) ?? []
  return createdAt === undefined || username === undefined ? null : { createdAt: Number(createdAt), username }
}
