import type { Metadata } from 'next'
import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { peopleListWith } from '#lib/web/people-list.ts'
import { oneOf, type Query } from '#lib/web/query.ts'
import { getWords } from '#lib/web/words.ts'
import { acts, readSelection } from '../people-query.ts'
import { SuspensionFields } from '../suspension-fields.tsx'
import { changeRoleOfSeveral, endSessionsOfSeveral, suspendSeveral } from './actions.ts'

const actions = { role: changeRoleOfSeveral, sessions: endSessionsOfSeveral, suspend: suspendSeveral }

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('admin.selected.title') }
}

/** Shows whom an act on several people concerns, and asks for what it needs. */
export default async function SelectedPeoplePage({ searchParams }: PageProps<'/admin/users/selected'>) {
  const { user: admin } = await requireAdmin(pathOf(await searchParams))
  const query = await searchParams
  const words = await getWords()
  const { userAdmin } = await services()
  const found = await userAdmin.findMany(readSelection(query))
  const people = found
    .filter(({ id }) => id !== admin.id)
    .toSorted((one, other) => (one.username < other.username ? -1 : 1))
  const own = people.length < found.length && <Notice kind="note">{words('admin.selected.yourself')}</Notice>
  const act = actOf(query)
  const list = listIn(query)

  if (people.length === 0)
    return (
      <div className="flex max-w-form flex-col gap-6">
        <h1 className="text-xl sm:text-2xl">{words('admin.selected.nobody_title')}</h1>
        {own}
        <p>{words('admin.selected.nobody')}</p>
        <p>
          <a href={peopleListWith(list)} className="button">
            {words('admin.selected.back')}
          </a>
        </p>
      </div>
    )

  return (
    <div className="flex max-w-form flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">{words(`admin.selected.${act}`, { count: people.length })}</h1>
      {own}
      <section aria-labelledby="who" className="card p-6">
        <h2 id="who" className="mb-3 text-lg">
          {words('admin.selected.title')}
        </h2>
        <ul className="flex flex-wrap gap-2">
          {people.map(({ id, username }) => (
            <li key={id} className="rounded-control border border-line px-2.5 py-0.5 text-sm">
              <Verbatim>{username}</Verbatim>
            </li>
          ))}
        </ul>
      </section>
      <div className="card flex flex-col gap-4 p-6">
        <p>{words(`admin.selected.${act}_lead`)}</p>
        <ActionForm action={actions[act]}>
          <FormAlert />
          <input type="hidden" name="ids" value={people.map(({ id }) => id).join(',')} />
          <input type="hidden" name="list" value={list} />
          {act === 'role' && (
            <Select
              name="role"
              label={words('fields.role')}
              hint={words('admin.person.role_hint')}
              value="member"
              options={rolesByTrust.map((role) => ({ value: role, label: words(`roles.${role}`) }))}
            />
          )}
          {act === 'suspend' && <SuspensionFields words={words} />}
          <div className="flex flex-wrap gap-3">
            <SubmitButton
              look={act === 'suspend' ? 'danger' : 'primary'}
              label={words(`admin.people.acts.${act}`)}
              pendingLabel={words('admin.person.pending')}
            />
            <a href={peopleListWith(list)} className="button">
              {words('admin.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}

function actOf(query: Query) {
  const act = oneOf(query, 'act', acts)
  return act === null || act === 'export' ? 'role' : act
}

/** Longer than one value of a query: it has several. */
function listIn({ list }: Query): string {
  return typeof list === 'string' ? list.slice(0, 1000) : ''
}

/** This page again, after a log-in or a password check. */
function pathOf(query: Query): string {
  const asked = new URLSearchParams({ act: actOf(query), list: listIn(query) })
  for (const id of readSelection(query)) asked.append('id', id)
  return `/admin/users/selected?${asked}`
}
