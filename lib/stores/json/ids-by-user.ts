// Finds the sessions of a user.

type Owned = { id: string; userId: string }

export class IdsByUser {
  readonly #ids = new Map<string, Set<string>>()

  constructor(sessions: Iterable<Owned>) {
    for (const session of sessions) this.add(session)
  }

  of(userId: string): Iterable<string> {
    return this.#ids.get(userId) ?? []
  }

  add({ id, userId }: Owned): void {
    const ids = this.#ids.get(userId)
    if (ids) ids.add(id)
    else this.#ids.set(userId, new Set([id]))
  }

  remove({ id, userId }: Owned): void {
    const ids = this.#ids.get(userId)
    ids?.delete(id)
    if (ids?.size === 0) this.#ids.delete(userId)
  }
}
