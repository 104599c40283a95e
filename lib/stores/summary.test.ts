import { describe, expect, it } from 'vitest'

import { chained, noHead } from './audit-chain.ts'
import { aMail, anEntry, aSession, aToken, aUser, recordsOf } from './contract/samples.ts'
import { canonicalJson, summarize } from './summary.ts'
import type { StoredRecord } from './types.ts'

const records: StoredRecord[] = [
  { kind: 'user', record: aUser() },
  { kind: 'user', record: aUser({ username: 'bob' }) },
  { kind: 'session', record: aSession() },
  { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken() },
  { kind: 'reserved', record: { id: 'carol', userId: 'id-of-carol', until: 9_000 } },
  { kind: 'mail', record: aMail() },
  { kind: 'audit', record: chained(noHead, anEntry()) },
]
const summaryOf = (some: StoredRecord[]) => summarize(recordsOf(some))

describe('summarize', () => {
  it('counts each kind', async () => {
    const { counts } = await summaryOf(records)
    expect(counts).toMatchObject({ user: 2, session: 1, ended: 1, token: 1, reserved: 1, mail: 1, audit: 1 })
  })

  it('has the same checksum in any order of records and fields', async () => {
    const { checksum } = await summaryOf(records)
    expect((await summaryOf(records.toReversed())).checksum).toBe(checksum)
    const turned = records.map((record): StoredRecord => Object.assign(record, { record: reversed(record.record) }))
    expect(Object.keys(turned[0]?.record ?? {})[0]).toBe('picture')
    expect((await summaryOf(turned)).checksum).toBe(checksum)
  })

  it('has another checksum for any other content', async () => {
    const others: StoredRecord[][] = [
      [],
      records.slice(1),
      [...records, ...records.slice(0, 1)],
      records.with(0, { kind: 'user', record: aUser({ passwordHash: 'other' }) }),
      records.with(0, { kind: 'user', record: aUser({ profile: { fullName: '', bio: '', age: null } }) }),
      records.with(2, { kind: 'session', record: aSession({ lastActivityAt: 2_001 }) }),
      records.with(3, { kind: 'ended', record: { id: 'session-2', reason: 'expired', at: 3_000 } }),
      records.with(4, { kind: 'token', record: aToken({ detail: '' }) }),
      records.with(5, { kind: 'reserved', record: { id: 'carol', userId: 'id-of-carol', until: 9_001 } }),
      records.with(6, { kind: 'mail', record: aMail({ attempts: 1 }) }),
    ]
    const checksums = await Promise.all([records, ...others].map(async (some) => (await summaryOf(some)).checksum))
    expect(new Set(checksums).size).toBe(checksums.length)
  })

  it('never changes, because the documentation explains how to compute it', async () => {
    expect((await summaryOf([])).checksum).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(canonicalJson({ kind: 'session', record: aSession({ userAgent: 'Test/1.0', address: '' }) })).toBe(
      '{"kind":"session","record":{"id":"session-1","userId":"id-of-alice","createdAt":1000,"lastActivityAt":2000,' +
        '"provedAt":1000,"authentications":["password"],"passwordChangedAt":null,"factorsChangedAt":null,"userAgent":"Test/1.0","address":""}}',
    )
  })

  it('rejects an invalid record', async () => {
    const wrong: StoredRecord = { kind: 'session', record: aSession({ createdAt: Number.NaN }) }
    await expect(summaryOf([wrong])).rejects.toThrow()
  })
})

function reversed<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).toReversed()) as Fields
}
