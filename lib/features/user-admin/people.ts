// What those who look after a site do with its people: find them, change their role, suspend them, end their sessions,
// delete them. Decides; whether the one who asks may is asked before.
import { undoDeletionMs } from '../../auth/accounts.ts'
import type { Alerts } from '../../auth/alerts.ts'
import { rememberAdmin } from '../../auth/former-admins.ts'
import type { Sessions } from '../../auth/sessions/sessions.ts'
import type { Clock } from '../../core/clock.ts'
import type { Decision } from '../../core/mail/message.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type {
  Role,
  StandingChange,
  TokenStore,
  UserFilter,
  UserQuery,
  UserRecord,
  UserStore,
} from '../../stores/types.ts'

/** As those see them who look after them: without the password's hash. */
export type Person = Omit<UserRecord, 'passwordHash'>

export type ChangeFault = 'person_gone' | 'last_admin' | 'yourself'

export interface Suspension {
  /** For those who look after the site; the person is not told. */
  reason: string
  /** Null until somebody lifts it. */
  until: number | null
}

/**
 * `by` is the id of whoever does it: nobody does these to themselves. Each is told to the person by mail. What changes a
 * role, suspends, deletes, or takes one of these back, voids every link and look by which the person passed a right on:
 * being promoted again revives none. All apply as well to accounts that wait to be erased.
 */
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
  /**
   * Ends every session. The person cannot undo it; `restore` can, for 14 days. An account that its owner deleted keeps the
   * day on which it is erased.
   */
  delete(id: string, by: string): Promise<Result<Person, ChangeFault>>
  /** Somebody whom an administrator suspended after they had deleted the account stays suspended. */
  restore(id: string): Promise<Result<Person, 'person_gone'>>
  /** Returns how many. */
  endSessions(id: string): Promise<number>
  /** Lifts the suspensions that are over. Returns whose. */
  liftSuspensions(): Promise<string[]>
}

const notSuspended = { status: 'active', suspendedUntil: null, suspendReason: '' } as const
/** A deletion that a log-in does not undo. A suspension has a reason, by which the two are told apart. */
const closed: StandingChange = { status: 'suspended', suspendedUntil: null, suspendReason: '' }
const batch = 100

/** By an administrator or the operator, not by its owner. */
export function isDeletedByAdmin(user: Pick<UserRecord, 'deletedAt' | 'status' | 'suspendedUntil' | 'suspendReason'>) {
  const isClosed = user.status === 'suspended' && user.suspendedUntil === null && user.suspendReason === ''
  return user.deletedAt !== null && isClosed
}

export function createPeople(deps: {
  store: UserStore
  tokens: TokenStore
  sessions: Sessions
  alerts: Alerts
  clock: Clock
}): People {
  const { store, tokens, sessions, alerts, clock } = deps

  /** `changeOf` says what to change, given the record as it is; null for nothing that can be done. */
  async function change(
    id: string,
    changeOf: (found: UserRecord) => StandingChange | null,
  ): Promise<Result<{ before: UserRecord; after: UserRecord }, ChangeFault>> {
    for (;;) {
      const before = await store.find(id)
      const changes = before && changeOf(before)
      if (!before || !changes) return refused('person_gone')
      const { role, status, suspendedUntil, suspendReason, deletedAt } = before
      const after = await store.changeStanding(id, changes, { role, status, suspendedUntil, suspendReason, deletedAt })
      // Somebody else was faster: a person who deletes and restores the account in turn does not evade this.
      if (after === null) continue
      if (after === 'last_admin') return refused(after)
      await tokens.deleteIssuedBy(id)
      return ok({ before, after })
    }
  }

  async function told(user: UserRecord, decision: Decision): Promise<Result<Person, never>> {
    await alerts.tellDecision(user, decision)
    return ok(personOf(user))
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
      if (id === by) return refused('yourself')
      // Before the demotion: a reset that runs at the same time must see the role or this.
      if (role !== 'admin' && (await store.find(id))?.role === 'admin') await rememberAdmin(tokens, id, clock())
      const changed = await change(id, () => ({ role }))
      if (!changed.ok) return changed
      const { before, after } = changed.value
      return before.role === role ? ok(personOf(after)) : told(after, { kind: 'role-changed', role })
    },

    async suspend(id, { reason, until }, by) {
      if (id === by) return refused('yourself')
      const suspended: StandingChange = { status: 'suspended', suspendedUntil: until, suspendReason: reason }
      const changed = await change(id, (found) => (isDeletedByAdmin(found) ? null : suspended))
      if (!changed.ok) return changed
      await endSessions(id)
      return told(changed.value.after, { kind: 'suspended', until })
    },

    async resume(id) {
      const isSuspended = (found: UserRecord) => found.status === 'suspended' && !isDeletedByAdmin(found)
      const changed = await change(id, (found) => (isSuspended(found) ? notSuspended : null))
      return changed.ok ? told(changed.value.after, { kind: 'suspension-ended' }) : refused('person_gone')
    },

    async delete(id, by) {
      if (id === by) return refused('yourself')
      const changed = await change(id, (found) =>
        isDeletedByAdmin(found) ? null : { deletedAt: found.deletedAt ?? clock(), ...closed },
      )
      if (!changed.ok) return changed
      await endSessions(id)
      const erasedAt = (changed.value.after.deletedAt ?? clock()) + undoDeletionMs
      return told(changed.value.after, { kind: 'account-deleted-by-admin', erasedAt })
    },

    async restore(id) {
      const changed = await change(id, (found) => {
        if (found.deletedAt === null) return null
        return { deletedAt: null, ...(isDeletedByAdmin(found) && notSuspended) }
      })
      return changed.ok ? told(changed.value.after, { kind: 'account-restored-by-admin' }) : refused('person_gone')
    },

    endSessions,

    async liftSuspensions() {
      const lifted: string[] = []
      for (;;) {
        const over = await store.listSuspendedUntil(clock(), batch)
        for (const { id, suspendedUntil } of over) {
          // Not if it was prolonged at this moment.
          const user = await store.update(id, notSuspended, { status: 'suspended', suspendedUntil })
          if (user === null) continue
          await tokens.deleteIssuedBy(id)
          await alerts.tellDecision(user, { kind: 'suspension-ended' })
          lifted.push(id)
        }
        if (over.length < batch) return lifted
      }
    },
  }
}

function personOf({ passwordHash: _, ...person }: UserRecord): Person {
  return person
}
