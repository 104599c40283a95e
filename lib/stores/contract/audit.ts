// The contract of the audit trail.

import { describe, expect, it } from 'vitest'

import { chained, noHead } from '#lib/stores/audit-chain.ts'
import type { AuditQuery, AuditRecord, AuditStore, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { anEntry, everyEntry, recordsOf } from './samples.ts'

export function describeAuditStore(name: string, open: OpenFresh): void {
  describe(`${name}: audit trail`, () => {
    let stores: Stores
    let audit: AuditStore
    openForEachTest(open, (opened) => {
      stores = opened
      audit = opened.audit
    })
    const places = async (query: Partial<AuditQuery> = {}) =>
      (await audit.list({ ...everyEntry, ...query })).map(({ seq }) => seq)
    const isChain = (records: readonly AuditRecord[]) => {
      let head = noHead
      for (const record of records) {
        expect(record).toEqual(chained(head, record))
        head = record
      }
    }
    const dumped = async () =>
      (await Array.fromAsync(stores.dump())).flatMap(({ kind, record }) => (kind === 'audit' ? [record] : []))

    it('finds the newest entry by each of some actors', async () => {
      await audit.append(anEntry({ at: 1_000, actorId: 'a', subjectId: 'b' }))
      await audit.append(anEntry({ at: 2_000, actorId: 'b', subjectId: 'a' }))
      await audit.append(anEntry({ at: 3_000, actorId: 'a', subjectId: null }))
      await audit.append(anEntry({ at: 4_000, actorId: null, subjectId: 'a' }))
      await audit.append(anEntry({ at: 5_000, actorId: 'c', subjectId: 'a' }))
      const latest = async (...ids: string[]) =>
        (await audit.findLatestBy(ids)).map(({ actorId, at }) => `${actorId} ${at}`).toSorted()
      expect(await latest('a', 'b', 'a', 'nobody', "'; --", 'a\u0000')).toEqual(['a 3000', 'b 2000'])
      expect(await latest()).toEqual([])
    })

    it('starts empty', async () => {
      expect(await stores.findAuditHead()).toBeNull()
      expect(await audit.list(everyEntry)).toEqual([])
      expect(await audit.findFirst(0)).toBeNull()
    })

    it('chains entries, also twenty concurrent ones', async () => {
      const first = await audit.append(anEntry())
      expect(first).toEqual(chained(noHead, anEntry()))
      await Promise.all(Array.from({ length: 20 }, (_, at) => audit.append(anEntry({ at, detail: `{"n":${at}}` }))))
      const records = await dumped()
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1))
      isChain(records)
      expect(await stores.findAuditHead()).toEqual({ seq: 21, id: records.at(-1)?.id })
    })

    it('lists the newest first by event, outcome, user and time, page by page', async () => {
      await audit.append(anEntry({ at: 1_000, actorId: null, subjectId: 'b' }))
      await audit.append(anEntry({ at: 2_000, event: 'other', actorId: 'a', subjectId: 'b' }))
      await audit.append(anEntry({ at: 3_000, outcome: 'refused', actorId: 'b', subjectId: null }))
      await audit.append(anEntry({ at: 4_000, event: 'other', actorId: 'a', subjectId: 'a' }))
      expect(await places()).toEqual([4, 3, 2, 1])
      expect(await places({ limit: 2 })).toEqual([4, 3])
      expect(await places({ limit: 2, before: 3 })).toEqual([2, 1])
      expect(await places({ event: 'other' })).toEqual([4, 2])
      expect(await places({ outcome: 'refused' })).toEqual([3])
      expect(await places({ personId: 'b' })).toEqual([3, 2, 1])
      expect(await places({ personId: "'; --" })).toEqual([])
      expect(await places({ since: 2_000, until: 4_000 })).toEqual([3, 2])
    })

    it('counts by event, outcome and time bucket', async () => {
      for (const at of [999, 1_000, 1_500, 2_000, 2_999]) await audit.append(anEntry({ at }))
      await audit.append(anEntry({ at: 2_500, outcome: 'refused' }))
      await audit.append(anEntry({ at: 2_500, event: 'other' }))
      const counts = await audit.count(['session.started', 'never'], 1_000, 1_000)
      expect(counts.toSorted((a, b) => a.part - b.part || a.count - b.count)).toEqual([
        { event: 'session.started', outcome: 'done', part: 0, count: 2 },
        { event: 'session.started', outcome: 'refused', part: 1, count: 1 },
        { event: 'session.started', outcome: 'done', part: 1, count: 2 },
      ])
    })

    it('deletes IP addresses and drops old entries without breaking the chain', async () => {
      for (const at of [1_000, 2_000, 3_000]) await audit.append(anEntry({ at }))
      expect(await audit.forgetAddresses(2_000)).toBe(1)
      expect(await audit.forgetAddresses(2_000)).toBe(0)
      const [first, second] = await dumped()
      expect(first).toMatchObject({ address: '', addressSalt: '', network: '192.0.2.0/24' })
      expect(second).toMatchObject({ address: '192.0.2.7', addressSalt: 'salt' })
      isChain(await dumped())
      expect((await audit.findFirst(1_001))?.seq).toBe(2)
      expect(await audit.dropBefore(3)).toBe(2)
      expect(await places()).toEqual([3])
      await audit.append(anEntry({ at: 4_000 }))
      expect(await places()).toEqual([4, 3])
    })

    it('finds every matching entry among many', async () => {
      const people = ['a', 'b', 'c', null]
      const entries: AuditRecord[] = []
      for (let n = 0; n < 900; n++) {
        const seq = entries.at(-1)?.seq ?? 0
        // Sequence numbers may have gaps, and clocks may have been wrong.
        const head = { seq: n % 100 === 0 ? seq + 5 : seq, id: entries.at(-1)?.id ?? noHead.id }
        const entry = anEntry({
          at: 1_000 * n + (n % 7) * 900,
          event: `event-${n % 5}`,
          outcome: n % 3 === 0 ? 'refused' : 'done',
          actorId: people[n % 4] ?? null,
          subjectId: people[(n >> 2) % 4] ?? null,
          detail: JSON.stringify({ long: 'x'.repeat(n % 50 === 0 ? 60_000 : 500) }),
        })
        entries.push(chained(head, entry))
      }
      await stores.replaceAll(recordsOf(entries.map((record) => ({ kind: 'audit', record }))))
      const queries: Partial<AuditQuery>[] = [
        {},
        { limit: 1_000 },
        { before: 450, limit: 200 },
        { event: 'event-3', personId: 'a' },
        { event: 'event-9' },
        { outcome: 'refused', since: 100_000, until: 600_000, limit: 1_000 },
        { personId: 'c', before: 800 },
        { personId: 'nobody' },
        { until: 3_000 },
      ]
      for (const part of queries) {
        const query = { ...everyEntry, ...part }
        const { event, outcome, personId, since, until, before, limit } = query
        const wanted = entries.filter(
          (entry) =>
            (event === null || entry.event === event) &&
            (outcome === null || entry.outcome === outcome) &&
            (personId === null || entry.actorId === personId || entry.subjectId === personId) &&
            (since === null || entry.at >= since) &&
            (until === null || entry.at < until) &&
            (before === null || entry.seq < before),
        )
        expect(await audit.list(query)).toEqual(wanted.toReversed().slice(0, limit))
      }
      expect(await audit.findFirst(450_000)).toEqual(entries.find(({ at }) => at >= 450_000))
      expect(await dumped()).toEqual(entries)
    })

    it('moves with its sequence numbers and continues after them', async () => {
      const two = chained({ seq: 6, id: 'f'.repeat(64) }, anEntry())
      await stores.replaceAll(recordsOf([{ kind: 'audit', record: two }]))
      expect(await dumped()).toEqual([two])
      expect(await audit.append(anEntry())).toEqual(chained(two, anEntry()))
      await stores.replaceAll(recordsOf([]))
      expect(await stores.findAuditHead()).toBeNull()
      expect((await audit.append(anEntry())).seq).toBe(1)
    })

    it('returns copies', async () => {
      Object.assign(await audit.append(anEntry()), { event: 'spoilt' })
      const [listed] = await audit.list(everyEntry)
      Object.assign(listed ?? {}, { event: 'spoilt' })
      expect(await audit.list(everyEntry)).toMatchObject([{ event: 'session.started' }])
    })
  })
}
