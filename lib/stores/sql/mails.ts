// The mail queue, in the table `mails`.

import type { Collection, MailRecord, MailStore } from '#lib/stores/types.ts'

import { earliest, lockedOrSkipped, type SqlDatabase } from './database.ts'
import { mappings } from './schema.ts'

const { columns: mailColumns, toRecord: mailOf } = mappings.mail

export function createMailStore(
  { db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>,
  mails: Collection<MailRecord>,
): MailStore {
  return {
    add: (mail) => mails.put(mail),

    async claim(at, until, limit, latest = Number.MAX_SAFE_INTEGER) {
      const due = db
        .selectFrom('mails')
        .select('id')
        .where((eb) => eb.or([eb('due_at', '<=', at), eb('due_at', '>', latest)]))
        .orderBy('due_at')
        .limit(limit)
      const rows = await db
        .updateTable('mails')
        .set((eb) => ({
          due_at: until,
          attempts: eb('attempts', '+', 1),
          created_at: earliest(flavour, eb.ref('created_at'), at),
        }))
        .where('id', 'in', lockedOrSkipped(flavour, due))
        .returning(mailColumns)
        .execute()
      return rows.map(mailOf)
    },

    async putOff(id, attempts, dueAt) {
      await db
        .updateTable('mails')
        .set({ due_at: dueAt })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .execute()
    },

    remove: async (id) => (await mails.take(id)) !== null,

    async findNextDue() {
      const row = await reads.selectFrom('mails').select('due_at').orderBy('due_at').limit(1).executeTakeFirst()
      return row?.due_at ?? null
    },
  }
}
