// Users delete their accounts. A log-in within 14 days restores an account; afterwards the expiry job erases it.

import { isActive } from '../../auth/accounts.ts'
import type { Clock } from '../../core/clock.ts'
import { undoDeletionMs, usernameReservedMs } from '../../core/lifetimes.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { type Collections, clockSkewMs, type TokenStore, type UserRecord, type UserStore } from '../../stores/types.ts'

/** Accounts erased per query. */
const batch = 100

export interface AccountDeletion {
  /** Hides the account. The caller ends its sessions. */
  delete(id: string): Promise<Result<UserRecord, 'person_gone' | 'last_admin'>>
  /** Undoes a deletion. False when the account has been erased or suspended. */
  restore(id: string): Promise<boolean>
  /** Erases accounts that were deleted more than 14 days ago and forgets old username reservations. Returns their ids. */
  erase(): Promise<string[]>
}

export function createAccountDeletion(deps: {
  users: UserStore
  tokens: TokenStore
  pictures: Collections['picture']
  clock: Clock
}): AccountDeletion {
  const { users, tokens, pictures, clock } = deps
  return {
    async delete(id) {
      const record = await users.find(id)
      if (!isActive(record)) return refused('person_gone')
      const deleted = await users.changeStanding(id, { deletedAt: clock() }, { status: 'active', deletedAt: null })
      if (deleted === null) return refused('person_gone')
      if (deleted === 'last_admin') return refused(deleted)
      await tokens.deleteIssuedBy(id)
      return ok(record)
    },

    async restore(id) {
      // First, so that a restored user's earlier invitations and links stay void.
      await tokens.deleteIssuedBy(id)
      return (await users.update(id, { deletedAt: null }, { status: 'active' })) !== null
    },

    async erase() {
      const now = clock()
      const erased: string[] = []
      for (;;) {
        const deleted = await users.listDeleted(now - undoDeletionMs, batch, now + clockSkewMs)
        for (const { id, deletedAt, picture } of deleted) {
          // Deleted while the clock was ahead: the 14 days start now.
          if (deletedAt !== null && deletedAt > now) {
            await users.changeStanding(id, { deletedAt: now }, { deletedAt })
            continue
          }
          await tokens.deleteIssuedBy(id)
          // Before the user: afterwards nothing finds the picture. If the account is restored in between, it has none.
          const isBare = picture === null || (await users.update(id, { picture: null }, { deletedAt })) !== null
          if (isBare) await pictures.deleteAll({ id })
          // Compare and set: the user may concurrently restore or delete the account again.
          if (await users.remove(id, now + usernameReservedMs, { deletedAt })) erased.push(id)
        }
        if (deleted.length < batch) break
      }
      await users.forgetReserved(now)
      return erased
    },
  }
}
