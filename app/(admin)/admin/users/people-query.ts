// Parses the query of the list of people, for its page, its selection and its download.
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import { selectedAtMost } from '#lib/features/user-admin/several.ts'
import type { UserFilter, UserQuery } from '#lib/stores/types.ts'
import { oneOf, type Query, textOf } from '#lib/web/query.ts'

export const states = ['active', 'suspended', 'deleted'] as const
/** What can be done with several people at once. */
export const acts = ['role', 'sessions', 'suspend', 'export'] as const
/** The columns that sort, each with its order at first and reversed. */
export const sorts = {
  username: { by: 'username', first: 'username', reversed: 'username-desc' },
  created: { by: 'createdAt', first: 'newest', reversed: 'oldest' },
} as const
const orders = ['username', 'username-desc', 'newest', 'oldest'] as const
export type Order = (typeof orders)[number]

export function readFilter(query: Query): UserFilter {
  return {
    search: textOf(query, 'search'),
    role: oneOf(query, 'role', rolesByTrust),
    state: oneOf(query, 'state', states),
  }
}

export function readOrder(query: Query): Order {
  return oneOf(query, 'order', orders) ?? 'username'
}

export function sortingOf(order: Order): Pick<UserQuery, 'by' | 'descending'> {
  return {
    by: order === 'newest' || order === 'oldest' ? 'createdAt' : 'username',
    descending: order === 'newest' || order === 'username-desc',
  }
}

/** The ids that the checkboxes of a page posted. */
export function readSelection({ id = [] }: Query): string[] {
  const ids = typeof id === 'string' ? [id] : id
  return [...new Set(ids)].filter((one) => /^[\w-]{1,64}$/.test(one)).slice(0, selectedAtMost)
}
