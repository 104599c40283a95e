// Finds people by part of a name or address, a page at a time, by looking at everybody: there is no order to keep up
// when somebody signs up, and a look at one takes less than a microsecond.

import { setImmediate as nextTurn } from 'node:timers/promises'

import { lowerCase, searchText } from '#lib/stores/records.ts'
import type { UserQuery, UserRecord } from '#lib/stores/types.ts'

/** Between two turns of the event loop: a few milliseconds at most, also when every text is seen for the first time. */
const peoplePerTurn = 1_000

export class Directory {
  /** What was looked in before. Making such a text takes longer than looking in it. */
  readonly #texts = new Map<string, string>()

  /** To be called for whoever has changed. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#texts.delete(id)
  }

  forgetAll(): void {
    this.#texts.clear()
  }

  /** The records themselves, not copies. Lets the event loop turn: see `Drafts.values` for what `people` may be. */
  async list(people: Iterable<UserRecord>, { search, after, limit }: UserQuery): Promise<UserRecord[]> {
    const wanted = lowerCase(search)
    let found: UserRecord[] = []
    /** Nobody from here on can be on the page any more. */
    let beyond: string | null = null
    let seen = 0
    for (const user of people) {
      const { username } = user
      const isInRange = username > after && (beyond === null || username < beyond)
      if (isInRange && (wanted === '' || this.#textOf(user).includes(wanted))) found.push(user)
      if (found.length > 2 * limit) {
        found = firstByUsername(found, limit)
        beyond = found.at(-1)?.username ?? ''
      }
      // Here, where nobody is in hand: whoever is looked at is as the store has them at that moment.
      if (++seen % peoplePerTurn === 0) await nextTurn()
    }
    return firstByUsername(found, limit)
  }

  #textOf(user: UserRecord): string {
    const known = this.#texts.get(user.id)
    if (known !== undefined) return known
    const text = searchText(user)
    this.#texts.set(user.id, text)
    return text
  }
}

function firstByUsername(users: UserRecord[], limit: number): UserRecord[] {
  return users.toSorted((a, b) => (a.username < b.username ? -1 : 1)).slice(0, limit)
}
