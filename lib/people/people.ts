// What those who look after a site do with its people: find them, change their role, suspend them, end their sessions,
// delete them. Decides; whether the one who asks may is asked before.
import type { Clock } from '../clock.ts'
import { ok, type Result, refused } from '../result.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Role, UserChange, UserFilter, UserQuery, UserRecord, UserStore } from '../stores/types.ts'

/** As those see them who look after them: without the password's hash. */
export type Person = Omit<UserRecord, 'passwordHash'>

export type ChangeFault = 'person_gone' | 'last_admin' | 'yourself'

export interface Suspension {
  /** For those who look after the site; the person is not told. */
  reason: string
  /** Null until somebody lifts it. */
  until: number | null
}

/** `by` is the id of whoever does it: nobody does these to themselves. */
export interface People {
  list(query: UserQuery): Promise<Person[]>
  count(filter: UserFilter): Promise<number>
  /** Null when nobody has the id. */
  find(id: string): Promise<Person | null>
  /** `username` in canonical form; null when nobody has it. */
  findByUsername(username: string): Promise<Person | null>
  /** By id, of those who are there. */
  findNames(ids: readonly (string | null)[]): Promise<Map<string, string>>
  /** In force at the person's next request. */
  changeRole(id: string, role: Role, by: string): Promise<Result<Person, ChangeFault>>
  /** Ends every session; nobody logs in until it is over. */
  suspend(id: string, suspension: Suspension, by: string): Promise<Result<Person, ChangeFault>>
  resume(id: string): Promise<Result<Person, 'person_gone'>>
  /** Ends every session. The person cannot undo it; `restore` can, for 14 days. */
  delete(id: string, by: string): Promise<Result<Person, ChangeFault>>
  restore(id: string): Promise<Result<Person, 'person_gone'>>
  /** Returns how many. */
  endSessions(id: string): Promise<number>
  /** Lifts the suspensions that are over. Returns whose. */
  liftSuspensions(): Promise<string[]>
}

const notSuspended: UserChange = { status: 'active', suspendedUntil: null, suspendReason: '' }
const batch = 100

export function createPeople(deps: { store: UserStore; sessions: Sessions; clock: Clock }): People {
  const { store, sessions, clock } = deps

  async function change(id: string, changes: UserChange, onlyIf: UserChange): Promise<Result<Person, ChangeFault>> {
    const changed = await store.update(id, changes, onlyIf)
    if (changed === 'last_admin') return refused(changed)
    return changed === null || changed === 'email_taken' ? refused('person_gone') : ok(personOf(changed))
  }

  const endSessions = (id: string) => sessions.endOthers(id, '', 'ended')

  return {
    list: async (query) => (await store.list(query)).map(personOf),
    count: (filter) => store.count(filter),

    async find(id) {
      const found = await store.find(id)
      return found && personOf(found)
    },

    async findByUsername(username) {
      const found = await store.findByUsername(username)
      return found && personOf(found)
    },

    async findNames(ids) {
      const known = ids.filter((id) => id !== null)
      return new Map((await store.findMany([...new Set(known)])).map(({ id, username }) => [id, username]))
    },

    async changeRole(id, role, by) {
      return id === by ? refused('yourself') : change(id, { role }, { deletedAt: null })
    },

    async suspend(id, { reason, until }, by) {
      if (id === by) return refused('yourself')
      const suspended: UserChange = { status: 'suspended', suspendedUntil: until, suspendReason: reason }
      const outcome = await change(id, suspended, { deletedAt: null })
      if (outcome.ok) await endSessions(id)
      return outcome
    },

    async resume(id) {
      const outcome = await change(id, notSuspended, { deletedAt: null, status: 'suspended' })
      return outcome.ok ? outcome : refused('person_gone')
    },

    async delete(id, by) {
      if (id === by) return refused('yourself')
      // Suspended as well, so that a log-in does not undo it.
      const outcome = await change(id, { deletedAt: clock(), status: 'suspended' }, { deletedAt: null })
      if (outcome.ok) await endSessions(id)
      return outcome
    },

    async restore(id) {
      const found = await store.find(id)
      if (found === null || found.deletedAt === null) return refused('person_gone')
      const outcome = await change(id, { deletedAt: null, ...notSuspended }, { deletedAt: found.deletedAt })
      return outcome.ok ? outcome : refused('person_gone')
    },

    endSessions,

    async liftSuspensions() {
      const lifted: string[] = []
      for (;;) {
        const over = await store.listSuspendedUntil(clock(), batch)
        for (const { id, suspendedUntil } of over) {
          // Not if it was prolonged at this moment.
          if ((await store.update(id, notSuspended, { status: 'suspended', suspendedUntil })) !== null) lifted.push(id)
        }
        if (over.length < batch) return lifted
      }
    },
  }
}

function personOf({ passwordHash: _, ...person }: UserRecord): Person {
  return person
}
