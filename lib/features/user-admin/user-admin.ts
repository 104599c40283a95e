// How administrators manage users: find them, change roles, suspend, end sessions, delete. Callers check the permission
// first.

import type { Alerts } from '../../auth/alerts.ts'
import { type Factors, factorsOf } from '../../auth/factors.ts'
import { rememberAdmin } from '../../auth/former-admins.ts'
import type { Sessions } from '../../auth/sessions/sessions.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import { undoDeletionMs } from '../../core/lifetimes.ts'
import type { Decision } from '../../core/mail/message.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type {
  Collections,
  Role,
  StandingChange,
  TokenStore,
  UserFilter,
  UserQuery,
  UserRecord,
  UserStore,
} from '../../stores/types.ts'

/** The administrator's view of a user: which factors there are, without hashes, keys and sealed texts. */
export type ManagedUser = Omit<UserRecord, SecretField> & { factors: Factors }
type SecretField = 'passwordHash' | 'totp' | 'recoveryCodes' | 'passkeys' | 'factorsChangedAt'

export type ChangeFault = 'person_gone' | 'last_admin' | 'yourself'

export interface Suspension {
  /** For administrators only; the user does not see it. */
  reason: string
  /** Null for an indefinite suspension. */
  until: number | null
}

/**
 * `by` is the id of the administrator, who cannot change their own account. Each change mails the user, and applies to
 * accounts that wait for erasure too. A change of role, suspension or deletion voids every link and impersonation that
 * the user issued; a later promotion does not revive them.
 */
export interface UserAdmin {
  list(query: UserQuery): Promise<ManagedUser[]>
  count(filter: UserFilter): Promise<number>
  /** Null for an unknown id. */
  find(id: string): Promise<ManagedUser | null>
  /** `username` must be canonical. Null when no user has it. */
  findByUsername(username: string): Promise<ManagedUser | null>
  /** Without unknown ids, in no particular order. */
  findMany(ids: readonly string[]): Promise<ManagedUser[]>
  /**
   * When these users were last seen: by their live sessions, else by what they last did that is recorded. Leaves out
   * users of whom neither is known.
   */
  findLastActive(ids: readonly string[]): Promise<Map<string, number>>
  /** Usernames by id, without unknown ids. */
  findNames(ids: readonly (string | null)[]): Promise<Map<string, string>>
  /** Applies from the user's next request on. */
  changeRole(id: string, role: Role, by: string): Promise<Result<ManagedUser, ChangeFault>>
  /** Ends every session. The user cannot log in until the suspension ends. */
  suspend(id: string, suspension: Suspension, by: string): Promise<Result<ManagedUser, ChangeFault>>
  resume(id: string): Promise<Result<ManagedUser, 'person_gone'>>
  /**
   * Ends every session. Only `restore` can undo it, within 14 days. If the owner deleted the account earlier, the day
   * of its erasure stays the same.
   */
  delete(id: string, by: string): Promise<Result<ManagedUser, ChangeFault>>
  /** Keeps the suspension of a user who was suspended after deleting their account. */
  restore(id: string): Promise<Result<ManagedUser, 'person_gone'>>
  /** Returns the number of ended sessions. */
  endSessions(id: string): Promise<number>
  /** Of any user, suspended ones too. */
  removePicture(id: string): Promise<Result<ManagedUser, 'person_gone'>>
  /** Ends the suspensions that are over. Returns the ids of their users. */
  liftSuspensions(): Promise<string[]>
}

const notSuspended = { status: 'active', suspendedUntil: null, suspendReason: '' } as const
/** A deletion that a log-in does not undo. Unlike a suspension, it has no reason. */
const closed: StandingChange = { status: 'suspended', suspendedUntil: null, suspendReason: '' }
const batch = 100

/** Deleted by an administrator or the operator, not by the owner. */
export function isDeletedByAdmin(user: Pick<UserRecord, 'deletedAt' | 'status' | 'suspendedUntil' | 'suspendReason'>) {
  const isClosed = user.status === 'suspended' && user.suspendedUntil === null && user.suspendReason === ''
  return user.deletedAt !== null && isClosed
}

export function createUserAdmin(deps: {
  store: UserStore
  tokens: TokenStore
  sessions: Sessions
  alerts: Alerts
  audit: Pick<Audit, 'lastActions'>
  pictures: Collections['picture']
  clock: Clock
}): UserAdmin {
  const { store, tokens, sessions, alerts, audit, pictures, clock } = deps

  /** `changeOf` gets the current record and returns the change, or null if there is nothing to do. */
  async function change(
    id: string,
    changeOf: (found: UserRecord) => StandingChange | null | Promise<StandingChange>,
  ): Promise<Result<{ before: UserRecord; after: UserRecord }, ChangeFault>> {
    for (;;) {
      const before = await store.find(id)
      const changes = before && (await changeOf(before))
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

  async function told(user: UserRecord, decision: Decision): Promise<Result<ManagedUser, never>> {
    await alerts.tellDecision(user, decision)
    return ok(managedUserOf(user))
  }

  const endSessions = (id: string) => sessions.endOthers(id, '', 'ended')

  return {
    list: async (query) => (await store.list(query)).map(managedUserOf),
    count: (filter) => store.count(filter),

    async find(id) {
      const found = await store.find(id)
      return found && managedUserOf(found)
    },

    async findByUsername(username) {
      const found = await store.findByUsername(username)
      return found && managedUserOf(found)
    },

    findMany: async (ids) => (await store.findMany(ids)).map(managedUserOf),

    async findLastActive(ids) {
      const [lastActive, ...live] = await Promise.all([audit.lastActions(ids), ...ids.map((id) => sessions.list(id))])
      for (const { userId, lastActivityAt } of live.flat())
        lastActive.set(userId, Math.max(lastActivityAt, lastActive.get(userId) ?? 0))
      return lastActive
    },

    async findNames(ids) {
      const known = ids.filter((id) => id !== null)
      return new Map((await store.findMany([...new Set(known)])).map(({ id, username }) => [id, username]))
    },

    async changeRole(id, role, by) {
      if (id === by) return refused('yourself')
      const changed = await change(id, async (found) => {
        // Remember before the demotion: a concurrent reset must see either the role or this.
        if (role !== 'admin' && found.role === 'admin') await rememberAdmin(tokens, id, clock())
        return { role }
      })
      if (!changed.ok) return changed
      const { before, after } = changed.value
      return before.role === role ? ok(managedUserOf(after)) : told(after, { kind: 'role-changed', role })
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

    async removePicture(id) {
      const before = await store.find(id)
      const after = await store.update(id, { picture: null })
      if (before === null || after === null) return refused('person_gone')
      await pictures.deleteAll({ id })
      return before.picture === null ? ok(managedUserOf(after)) : told(after, { kind: 'picture-removed-by-admin' })
    },

    async liftSuspensions() {
      const lifted: string[] = []
      for (;;) {
        const over = await store.listSuspendedUntil(clock(), batch)
        for (const { id, suspendedUntil } of over) {
          // Skips a suspension that was extended in the meantime.
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

export function managedUserOf(record: UserRecord): ManagedUser {
  const { passwordHash: _, totp: _app, recoveryCodes: _codes, passkeys: _keys, factorsChangedAt: _at, ...user } = record
  return { ...user, factors: factorsOf(record) }
}
