// Failed attempts per secret, in the table `lockouts`.

import { lockoutStoreOf } from '#lib/stores/collection.ts'
import { lockoutId } from '#lib/stores/records.ts'
import type { Collection, LockoutRecord, LockoutStore } from '#lib/stores/types.ts'

import type { SqlDatabase } from './database.ts'

export function createLockoutStore({ db }: Pick<SqlDatabase, 'db'>, lockouts: Collection<LockoutRecord>): LockoutStore {
  return lockoutStoreOf(lockouts, {
    async count({ userId, about, secretSetAt }, at) {
      const counts = { secret_set_at: secretSetAt, count: 1, last_at: at }
      const row = await db
        .insertInto('lockouts')
        .values({ id: lockoutId({ userId, about }), user_id: userId, about, ...counts })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((eb) => ({
              ...counts,
              count: eb
                .case()
                .when('lockouts.secret_set_at', '=', secretSetAt)
                .then(eb('lockouts.count', '+', 1))
                .else(1)
                .end(),
            }))
            .where('lockouts.secret_set_at', '<=', secretSetAt),
        )
        .returning('count')
        .executeTakeFirst()
      return row?.count ?? 0
    },

    async removeOrphans() {
      await db
        .deleteFrom('lockouts')
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('users').select('users.id').whereRef('users.id', '=', 'lockouts.user_id'))),
        )
        .execute()
    },
  })
}
