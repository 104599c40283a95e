// The last use of each second factor, in the table `credential_uses`.

import { credentialUseStoreOf } from '#lib/stores/collection.ts'
import type { Collection, CredentialUse, CredentialUseStore } from '#lib/stores/types.ts'

import type { SqlDatabase } from './database.ts'
import { mappings } from './schema.ts'

export function createCredentialUseStore(
  { db }: Pick<SqlDatabase, 'db'>,
  uses: Collection<CredentialUse>,
): CredentialUseStore {
  return credentialUseStoreOf(uses, {
    async advance(use) {
      const row = mappings.credentialUse.toRow(use)
      const advanced = await db
        .insertInto('credential_uses')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ mark: row.mark, used_at: row.used_at })
            .where('credential_uses.user_id', '=', row.user_id)
            .where((eb) =>
              eb.or([
                eb('credential_uses.mark', '<', row.mark),
                eb.and([eb('credential_uses.mark', '=', 0), eb(eb.val(row.mark), '=', 0)]),
              ]),
            ),
        )
        .returning('id')
        .executeTakeFirst()
      return advanced !== undefined
    },

    async removeOrphans() {
      await db
        .deleteFrom('credential_uses')
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('users').select('users.id').whereRef('users.id', '=', 'credential_uses.user_id'))),
        )
        .execute()
    },
  })
}
