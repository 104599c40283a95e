// The list of people as it was shown: its filters, order and place survive an act on several people.
import { pathWith } from './query.ts'

export const peoplePath = '/admin/users'
const kept = ['search', 'role', 'state', 'order', 'after', 'before'] as const

/** `list` is the query of the list's URL, from a form. */
export function peopleListWith(list: string | undefined, changes: Record<string, string | null> = {}): string {
  const asked = new URLSearchParams(list)
  return pathWith(peoplePath, Object.fromEntries(kept.map((name) => [name, asked.get(name) ?? ''])), changes)
}
