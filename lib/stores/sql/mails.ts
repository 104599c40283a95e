// The mails that wait to be sent, in the table `mails`.

import type { MailStore } from '#lib/stores/types.ts'

import { lockedOrSkipped, type SqlDatabase } from './database.ts'
import { mailColumns, mailOf, mailRow } from './schema.ts'

export function createMailStore({ db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>): MailStore {
  return {
    async add(mail) {
      await db.insertInto('mails').values(mailRow(mail)).execute()
    },

    async claim(at, until, limit, latest = Number.MAX_SAFE_INTEGER) {
      const due = db
        .selectFrom('mails')
        .select('id')
        .where((eb) => eb.or([eb('due_at', '<=', at), eb('due_at', '>', latest)]))
        .orderBy('due_at')
        .limit(limit)
      const rows = await db
        .updateTable('mails')
        .set((eb) => ({ due_at: until, attempts: eb('attempts', '+', 1) }))
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

    async remove(id) {
      const { numDeletedRows } = await db.deleteFrom('mails').where('id', '=', id).executeTakeFirst()
      return numDeletedRows === 1n
    },

    async findNextDue() {
      const row = await reads.selectFrom('mails').select('due_at').orderBy('due_at').limit(1).executeTakeFirst()
      return row?.due_at ?? null
    },
  }
}
