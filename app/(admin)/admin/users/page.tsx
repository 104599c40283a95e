import type { Metadata } from 'next'
import { Clock } from '#app/ui/clock.tsx'
import { Field } from '#app/ui/field.tsx'
import { Select } from '#app/ui/select.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import { services } from '#lib/services.ts'
import type { UserQuery } from '#lib/stores/types.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { oneOf, pathWith, type Query, textOf } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import { FactorBadge, StateBadge } from '../badges.tsx'
import { Filters } from '../filters.tsx'
import { Paging } from '../paging.tsx'
import { Sections } from '../sections.tsx'

const path = '/admin/users'
const pageSize = 50
const states = ['active', 'suspended', 'deleted'] as const
const orders = ['username', 'newest', 'oldest'] as const

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.people.title') }
}

export default async function PeoplePage({ searchParams }: PageProps<'/admin/users'>) {
  const { session } = await requireAdmin(pathWith(path, await searchParams))
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const query = await searchParams
  const { userAdmin, settings } = await services()
  const filter = {
    search: textOf(query, 'search'),
    role: oneOf(query, 'role', rolesByTrust),
    state: oneOf(query, 'state', states),
  }
  const order = oneOf(query, 'order', orders) ?? 'username'
  const [count, page] = await Promise.all([userAdmin.count(filter), readPage(query, { ...filter, ...sorting(order) })])
  const link = (changes: Record<string, string | null>) =>
    pathWith(path, query, { after: null, before: null, ...changes })

  return (
    <div className="flex flex-col gap-6">
      <Sections words={words} current="people" />
      <h1 className="text-xl sm:text-2xl">{words('admin.people.title')}</h1>
      <Filters words={words} path={path}>
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
        <Select
          name="order"
          label={words('admin.people.order')}
          value={order}
          options={orders.map((value) => ({ value, label: words(`admin.people.orders.${value}`) }))}
        />
      </Filters>
      <p role="status" className="figures">
        {words('admin.people.found', { count })}
      </p>
      {count === 0 && <p className="text-muted">{words('admin.people.nobody')}</p>}
      {page.shown.length > 0 && (
        <div className="table-frame">
          <table className="table table-cards">
            <thead>
              <tr>
                <th scope="col">{words('fields.username')}</th>
                <th scope="col">{words('profile_fields.fullName.label')}</th>
                <th scope="col">{words('fields.role')}</th>
                <th scope="col">{words('admin.people.state')}</th>
                <th scope="col">{words('admin.people.second_factor')}</th>
                <th scope="col">{words('admin.people.signed_up')}</th>
              </tr>
            </thead>
            <tbody>
              {page.shown.map((person) => (
                <tr key={person.id}>
                  <th scope="row">
                    <a href={`${path}/${person.id}`} className="link">
                      <Verbatim>{person.username}</Verbatim>
                    </a>
                  </th>
                  <td data-label={words('profile_fields.fullName.label')}>
                    {person.profile.fullName === '' ? (
                      <span className="text-muted">{words('fields.not_set')}</span>
                    ) : (
                      <Verbatim>{person.profile.fullName}</Verbatim>
                    )}
                  </td>
                  <td data-label={words('fields.role')}>{words(`roles.${person.role}`)}</td>
                  <td data-label={words('admin.people.state')}>
                    <StateBadge words={words} person={person} />
                  </td>
                  <td data-label={words('admin.people.second_factor')}>
                    <FactorBadge
                      words={words}
                      person={person}
                      isRequired={settings.requireTwoFactor.includes(person.role)}
                    />
                  </td>
                  <td data-label={words('admin.people.signed_up')}>
                    <Clock at={person.createdAt} now={session.now} timeZone={timeZone} words={words} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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

function sorting(order: (typeof orders)[number]): Pick<UserQuery, 'by' | 'descending'> {
  return { by: order === 'username' ? 'username' : 'createdAt', descending: order === 'newest' }
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
