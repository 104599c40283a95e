// The last use of each second factor, in memory and in tokens.json.

import { credentialUseStoreOf } from '#lib/stores/collection.ts'
import { kinds } from '#lib/stores/kinds.ts'
import { advances } from '#lib/stores/records.ts'
import type { CredentialUse, CredentialUseStore } from '#lib/stores/types.ts'

import type { JsonCollection } from './collections.ts'
import type { CommitQueue } from './commit-queue.ts'

export function createCredentialUseStore(
  uses: JsonCollection<CredentialUse>,
  queue: CommitQueue,
  hasUser: (id: string) => boolean,
): CredentialUseStore {
  return credentialUseStoreOf(uses, {
    async advance(use) {
      const advanced = kinds.credentialUse.schema.parse(use)
      return queue.run(() => {
        if (!advances(advanced, uses.draft.get(advanced.id))) return false
        uses.draft.set(advanced)
        return true
      })
    },

    async removeOrphans() {
      await queue.run(() => {
        for (const { id, userId } of [...uses.draft.values()]) if (!hasUser(userId)) uses.draft.delete(id)
      })
    },
  })
}
