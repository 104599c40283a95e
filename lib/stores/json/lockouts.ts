// Failed attempts per secret, in memory and in tokens.json.

import { lockoutStoreOf } from '#lib/stores/collection.ts'
import { lockoutId } from '#lib/stores/records.ts'
import type { LockoutRecord, LockoutStore } from '#lib/stores/types.ts'

import type { JsonCollection } from './collections.ts'
import type { CommitQueue } from './commit-queue.ts'

export function createLockoutStore(
  lockouts: JsonCollection<LockoutRecord>,
  queue: CommitQueue,
  hasUser: (id: string) => boolean,
): LockoutStore {
  return lockoutStoreOf(lockouts, {
    async count({ userId, about, secretSetAt }, at) {
      return queue.run(() => {
        const id = lockoutId({ userId, about })
        const before = lockouts.draft.get(id)
        if (before && before.secretSetAt > secretSetAt) return 0
        const count = before?.secretSetAt === secretSetAt ? before.count + 1 : 1
        lockouts.draft.set({ id, userId, about, secretSetAt, count, lastAt: at })
        return count
      })
    },

    async removeOrphans() {
      await queue.run(() => {
        for (const { id, userId } of [...lockouts.draft.values()]) if (!hasUser(userId)) lockouts.draft.delete(id)
      })
    },
  })
}
