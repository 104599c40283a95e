// Searches users by part of a name or address, role and state, page by page. Scans all users: a scan needs no index to
// maintain and takes less than a microsecond per user.

import { setImmediate as nextTurn } from 'node:timers/promises'

import { lowerCase, searchText } from '#lib/stores/records.ts'
import type { UserFilter, UserQuery, UserRecord } from '#lib/stores/types.ts'

/** Users per turn of the event loop: a few milliseconds at most, also when no search text is cached yet. */
const peoplePerTurn = 1_000

export class Directory {
  /** Cached search texts. Building one takes longer than searching it. */
  readonly #texts = new Map<string, string>()

  /** Call it for each changed user. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#texts.delete(id)
  }

  forgetAll(): void {
    this.#texts.clear()
  }

  /** The records themselves, not copies. Yields to the event loop: see `Drafts.values` for what `people` may be. */
  async list(people: Iterable<UserRecord>, query: UserQuery): Promise<UserRecord[]> {
    const { after, limit } = query
    const compare = orderOf(query)
    let found: UserRecord[] = []
    /** Later users can no longer be on the page. */
    let beyond: UserRecord | undefined
    let seen = 0
    for (const user of people) {
      const isInRange = (!after || compare(user, after) > 0) && (!beyond || compare(user, beyond) < 0)
      if (isInRange && this.#matches(user, query)) found.push(user)
      if (found.length > 2 * limit) {
        found = found.toSorted(compare).slice(0, limit)
        beyond = found.at(-1)
      }
      // Yield between users, so that each is read in its current state.
      if (++seen % peoplePerTurn === 0) await nextTurn()
    }
    return found.toSorted(compare).slice(0, limit)
  }

  /** Counts in `people`, which has the same limits as in `list`. */
  async count(people: Iterable<UserRecord>, filter: UserFilter): Promise<number> {
    let count = 0
    let seen = 0
    for (const user of people) {
      if (this.#matches(user, filter)) count++
      if (++seen % peoplePerTurn === 0) await nextTurn()
    }
    return count
  }

  #matches(user: UserRecord, { search, role, state }: UserFilter): boolean {
    if (role !== null && user.role !== role) return false
    if (state !== null && stateOf(user) !== state) return false
    return search === '' || this.#textOf(user).includes(lowerCase(search))
  }

  #textOf(user: UserRecord): string {
    const known = this.#texts.get(user.id)
    if (known !== undefined) return known
    const text = searchText(user)
    this.#texts.set(user.id, text)
    return text
  }
}

function stateOf({ status, deletedAt }: UserRecord): UserFilter['state'] {
  return deletedAt === null ? status : 'deleted'
}

type Place = Pick<UserRecord, 'username' | 'createdAt'>

function orderOf({ by, descending }: UserQuery): (one: Place, other: Place) => number {
  const sign = descending ? -1 : 1
  return (one, other) => {
    const times = by === 'createdAt' ? one.createdAt - other.createdAt : 0
    if (times !== 0) return sign * times
    return one.username === other.username ? 0 : sign * (one.username < other.username ? -1 : 1)
  }
}
