import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { redirect } from 'next/navigation'
import { execute } from '#lib/core/command.ts'
import { exportUsers } from '#lib/features/user-admin/commands.ts'
import type { ManagedUser } from '#lib/features/user-admin/user-admin.ts'
import { services } from '#lib/services.ts'
import { actorOf } from '#lib/web/forms/run-command.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import type { Query } from '#lib/web/query.ts'
import { stateOf } from '../../badges.tsx'
import { readFilter, readOrder, readSelection, sortingOf } from '../people-query.ts'

export const dynamic = 'force-dynamic'

const pageSize = 1000
const columns = [
  'id',
  'username',
  'fullName',
  'email',
  'emailVerified',
  'role',
  'state',
  'suspendedUntil',
  'secondFactor',
  'signedUpAt',
  'lastActiveAt',
]

/** The selected people, else all of the filtered list in its order. Streams them page by page. */
export async function GET(request: Request): Promise<Response> {
  const signedIn = await requireAdmin('/admin/users')
  const asked = new URL(request.url).searchParams
  const query: Query = { ...Object.fromEntries(asked), id: asked.getAll('id') }
  const isSelection = asked.get('act') === 'export'
  const which = isSelection ? 'selected' : 'listed'
  const allowed = await execute(exportUsers, await actorOf(signedIn), { which }, await services())
  if (!allowed.ok) redirect('/admin/users?refused=export_too_often')
  const rows = Readable.from(isSelection ? selected(query) : listed(query))
  // Escapes cells that a spreadsheet would run as a formula (OWASP: CSV injection).
  const body = rows.pipe(stringify({ header: true, columns, escape_formulas: true }))
  return new Response(Readable.toWeb(body) as ReadableStream, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="gatehouse-people.csv"',
      'cache-control': 'no-store',
    },
  })
}

async function* selected(query: Query) {
  const { userAdmin } = await services()
  yield* await rowsOf(await userAdmin.findMany(readSelection(query)))
}

async function* listed(query: Query) {
  const { userAdmin } = await services()
  const asked = { ...readFilter(query), ...sortingOf(readOrder(query)), limit: pageSize }
  for (let after: ManagedUser | null = null; ; ) {
    const page: ManagedUser[] = await userAdmin.list({ ...asked, after })
    yield* await rowsOf(page)
    after = page.at(-1) ?? null
    if (page.length < pageSize) return
  }
}

async function rowsOf(people: readonly ManagedUser[]) {
  const { userAdmin } = await services()
  const lastActive = await userAdmin.findLastActive(people.map(({ id }) => id))
  return people.map((person) => ({
    id: person.id,
    username: person.username,
    fullName: person.profile.fullName,
    email: person.email ?? '',
    emailVerified: person.emailVerifiedAt === null ? 'no' : 'yes',
    role: person.role,
    state: stateOf(person),
    suspendedUntil: isoTime(person.suspendedUntil),
    secondFactor: person.factors.hasSecondFactor ? 'yes' : 'no',
    signedUpAt: isoTime(person.createdAt),
    lastActiveAt: isoTime(lastActive.get(person.id) ?? null),
  }))
}

function isoTime(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString()
}
