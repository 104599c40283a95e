// The audit trail, in the table `audit`. The single row of `audit_head` is the last entry ever added, even if rows were
// dropped. The transaction that locks it is the only one that appends.

import { sql } from 'kysely'

import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { isStorable, requireTexts } from '#lib/stores/texts.ts'
import type { AuditHead, AuditStore } from '#lib/stores/types.ts'

import { locked, type SqlDatabase } from './database.ts'
import { mappings } from './schema.ts'

const { columns: auditColumns, toRecord: auditOf, toRow: auditRow } = mappings.audit

export function createAuditStore({ db, reads, flavour }: Pick<SqlDatabase, 'db' | 'reads' | 'flavour'>): AuditStore {
  const entries = reads.selectFrom('audit').select(auditColumns)
  return {
    async append(entry) {
      const copy = { ...entry }
      requireTexts('audit', copy.event, copy)
      return db.transaction().execute(async (trx) => {
        const head = await locked(flavour, trx.selectFrom('audit_head').select(['seq', 'id'])).executeTakeFirst()
        const record = chained(head ?? noHead, copy)
        await trx.insertInto('audit').values(auditRow(record)).execute()
        const { seq, id } = record
        if (head === undefined) await trx.insertInto('audit_head').values({ seq, id }).execute()
        else await trx.updateTable('audit_head').set({ seq, id }).execute()
        return record
      })
    },

    async list({ event, outcome, personId, since, until, before, limit }) {
      if (!isStorable(`${event ?? ''}${personId ?? ''}`)) return []
      const rows = await entries
        .$if(event !== null, (query) => query.where('event', '=', event ?? ''))
        .$if(outcome !== null, (query) => query.where('outcome', '=', outcome ?? 'done'))
        .$if(personId !== null, (query) =>
          query.where((eb) => eb.or([eb('actor_id', '=', personId), eb('subject_id', '=', personId)])),
        )
        .$if(since !== null, (query) => query.where('at', '>=', since ?? 0))
        .$if(until !== null, (query) => query.where('at', '<', until ?? 0))
        .$if(before !== null, (query) => query.where('seq', '<', before ?? 0))
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute()
      return rows.map(auditOf)
    },

    async count(events, since, partMs) {
      if (events.length === 0) return []
      const part = sql<number>`(at - ${sql.lit(since)}) / ${sql.lit(partMs)}`
      const rows = await reads
        .selectFrom('audit')
        .select(['event', 'outcome', part.as('part'), (eb) => eb.fn.countAll<number>().as('count')])
        .where('at', '>=', since)
        .where('event', 'in', [...events])
        .groupBy(['event', 'outcome', part])
        .execute()
      return rows.map((row) => ({ ...row, part: Number(row.part), count: Number(row.count) }))
    },

    async findLatestBy(actorIds) {
      const asked = actorIds.filter(isStorable)
      if (asked.length === 0) return []
      const newest = reads
        .selectFrom('audit')
        .select((eb) => eb.fn.max('seq').as('seq'))
        .where('actor_id', 'in', asked)
        .groupBy('actor_id')
      return (await entries.where('seq', 'in', newest).execute()).map(auditOf)
    },

    async findFirst(since) {
      const row = await entries.where('at', '>=', since).orderBy('seq').limit(1).executeTakeFirst()
      return row ? auditOf(row) : null
    },

    async forgetAddresses(before) {
      const { numUpdatedRows } = await db
        .updateTable('audit')
        .set({ address: '', address_salt: '' })
        .where('at', '<', before)
        .where('address', '<>', '')
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    async dropBefore(seq) {
      const { numDeletedRows } = await db.deleteFrom('audit').where('seq', '<', seq).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

/** Null when nothing was ever recorded. */
export async function findAuditHead(db: SqlDatabase['db']): Promise<AuditHead | null> {
  const head = await db.selectFrom('audit_head').select(['seq', 'id']).executeTakeFirst()
  return head === undefined || head.seq === 0 ? null : head
}
