// The contract of the kinds without operations of their own. Each is tested with samples of its schema.

import { describe, expect, it } from 'vitest'

import { type CollectionKind, collectionKinds, declarationOf } from '#lib/stores/kinds.ts'
import type { Collection, StoredRecord, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aToken, recordsOf, sampleOf } from './samples.ts'

type Sample = { id: string } & Record<string, unknown>

export function describeCollections(name: string, open: OpenFresh): void {
  describe.each(collectionKinds)(`${name}: the collection of the kind %s`, (kind) => describeCollection(kind, open))
  describeTokens(name, open)
}

function describeCollection(kind: CollectionKind, open: OpenFresh): void {
  const { unique: [unique] = [], expiry } = declarationOf(kind)
  let stores: Stores
  let records: Collection<Sample>
  openForEachTest(open, (opened) => {
    stores = opened
    records = opened.collections[kind] as unknown as Collection<Sample>
  })

  const sample = (number: number, fields: object = {}): Sample => {
    const times = expiry && { [expiry.at]: 5_000 + number, ...(expiry.since && { [expiry.since]: 1_000 + number }) }
    return { ...(sampleOf(kind, number) as Sample), ...times, ...fields }
  }
  const sampleId = (number: number) => sample(number).id
  /** The fields that both samples share, though they are two records. */
  const sameKey = (number: number) =>
    Object.fromEntries((unique?.fields ?? []).map((field) => [field, sample(number)[field]]))

  it('returns a record on every find, and once on take', async () => {
    await records.put(sample(1))
    await records.put(sample(2))
    expect(await records.find(sampleId(1))).toEqual(sample(1))
    expect(await records.take(sampleId(1))).toEqual(sample(1))
    expect(await records.find(sampleId(1))).toBeNull()
    expect(await records.take(sampleId(1))).toBeNull()
    expect(await records.find(sampleId(2))).toEqual(sample(2))
  })

  it('gives a record to one of twenty concurrent takers', async () => {
    await records.put(sample(1))
    const answers = await Promise.all(Array.from({ length: 20 }, () => records.take(sampleId(1))))
    expect(answers.filter((answer) => answer !== null)).toEqual([sample(1)])
  })

  it('stores and returns copies', async () => {
    const given = sample(1)
    const putting = records.put(given)
    Object.assign(given, { spoilt: true })
    await putting
    for (const copy of [await records.find(sampleId(1)), ...(await records.list({}, 9))])
      Object.assign(copy ?? {}, { id: '' })
    expect(await records.find(sampleId(1))).toEqual(sample(1))
  })

  it('finds, takes, lists and removes by any field', async () => {
    const fields = Object.keys(sample(1)).filter((field) => field !== 'id' && field !== expiry?.at)
    for (const field of fields) {
      for (const number of [1, 2]) await records.put(sample(number))
      const only = { fields: { [field]: sample(1)[field] } }
      expect(await records.find(sampleId(2), only)).toBeNull()
      expect(await records.take(sampleId(2), only)).toBeNull()
      expect(await records.find(sampleId(1), only)).toEqual(sample(1))
      expect(await records.list(only, 9)).toEqual([sample(1)])
      expect(await records.deleteAll(only.fields)).toBe(1)
      expect(await records.deleteAll(only.fields)).toBe(0)
      expect(await records.take(sampleId(2))).toEqual(sample(2))
    }
  })

  it('lists up to the limit, the newest first', async () => {
    for (const number of [2, 3, 1]) await records.put(sample(number))
    expect(await records.list({}, 9)).toEqual([sample(3), sample(2), sample(1)])
    expect(await records.list({}, 2)).toEqual([sample(3), sample(2)])
  })

  const isKeyedById = unique?.fields[0] === 'id'
  if (!isKeyedById)
    it('rejects a second record with the same id and keeps the first', async () => {
      await records.put(sample(1))
      await expect(records.put(sample(2, { id: sampleId(1) }))).rejects.toThrow()
      expect(await records.list({}, 9)).toEqual([sample(1)])
    })

  it('adds a record for one of twenty concurrent callers, and none with a taken id', async () => {
    const added = await Promise.all(Array.from({ length: 20 }, () => records.add(sample(1))))
    expect(added.filter((isFirst) => isFirst)).toHaveLength(1)
    expect(await records.add(sample(2, { id: sampleId(1) }))).toBe(false)
    expect(await records.list({}, 9)).toEqual([sample(1)])
  })

  it('rejects invalid text', async () => {
    await expect(records.put(sample(1, { id: 'a\0' }))).rejects.toMatchObject({ code: 'record_refused' })
  })

  if (unique)
    it('replaces a record with the same unique key', async () => {
      await records.put(sample(1))
      await records.put(sample(2, sameKey(1)))
      expect(await records.list({}, 9)).toEqual([sample(2, sameKey(1))])
      if (isKeyedById) return
      await records.put(sample(3, { ...sameKey(1), id: sampleId(2) }))
      expect(await records.list({}, 9)).toEqual([sample(3, { ...sameKey(1), id: sampleId(2) })])
    })

  if (unique)
    it('adds no record with a taken unique key', async () => {
      await records.put(sample(1))
      expect(await records.add(sample(2, sameKey(1)))).toBe(false)
      expect(await records.list({}, 9)).toEqual([sample(1)])
    })

  if (unique)
    it('keeps one of twenty concurrent puts with the same unique key', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, number) => records.put(sample(number, sameKey(1)))))
      expect(await records.list({}, 99)).toHaveLength(1)
    })

  if (expiry)
    it('returns nothing once expired, and removes it', async () => {
      await records.put(sample(1))
      await records.put(sample(2))
      expect(await records.find(sampleId(1), { liveAt: 5_000 })).toEqual(sample(1))
      expect(await records.find(sampleId(1), { liveAt: 5_001 })).toBeNull()
      expect(await records.take(sampleId(1), { liveAt: 5_001 })).toBeNull()
      expect(await records.list({ liveAt: 5_001 }, 9)).toEqual([sample(2)])
      expect(await records.deleteExpired(5_001)).toBe(1)
      expect(await records.deleteExpired(5_001)).toBe(0)
      expect(await records.list({}, 9)).toEqual([sample(2)])
    })

  it('dumps every record, and has exactly the new content after a replacement', async () => {
    await records.put(sample(1))
    const stored = (number: number) => ({ kind, record: sample(number) }) as unknown as StoredRecord
    expect(await Array.fromAsync(stores.dump())).toEqual([stored(1)])
    await stores.replaceAll(recordsOf([stored(2)]))
    expect(await Array.fromAsync(stores.dump())).toEqual([stored(2)])
    expect(await records.take(sampleId(2))).toEqual(sample(2))
    await expect(stores.replaceAll(recordsOf([stored(1), stored(1)]))).rejects.toThrow()
  })
}

function describeTokens(name: string, open: OpenFresh): void {
  describe(`${name}: tokens`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })

    it('returns a token for its purpose only, to one of twenty concurrent callers [V6.5.1, V15.4.2]', async () => {
      const { tokens } = stores
      await tokens.put(aToken())
      expect(await tokens.take('token-1', 'verify-email', 2_000)).toBeNull()
      expect(await tokens.find('token-1', 'verify-email', 2_000)).toBeNull()
      expect(await tokens.find('token-1', 'reset-password', 2_000)).toEqual(aToken())
      expect(await tokens.list('reset-password', 2_000, 9)).toEqual([aToken()])
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => tokens.take('token-1', 'reset-password', 2_000)),
      )
      expect(answers.filter((answer) => answer !== null)).toEqual([aToken()])
    })

    it('removes only the tokens that one user issued', async () => {
      const { tokens } = stores
      const put = (id: string, subject: string, issuedBy: string | null) =>
        tokens.put(aToken({ id, subject, issuedBy }))
      await put('a', 'a', 'id-of-bob')
      await put('b', 'b', 'id-of-bob')
      await put('c', 'c', 'id-of-carol')
      await put('d', 'd', null)
      // A token that replaces another has its own issuer.
      await put('a2', 'a', 'id-of-carol')
      await put('d2', 'd', 'id-of-bob')
      expect(await tokens.deleteIssuedBy('id-of-bob')).toBe(2)
      expect(await tokens.deleteIssuedBy('id-of-bob')).toBe(0)
      const left = await tokens.list('reset-password', 2_000, 10)
      expect(left.map(({ id }) => id).toSorted()).toEqual(['a2', 'c'])
    })

    it('ignores and removes tokens dated in the future by a wrong clock', async () => {
      const { tokens } = stores
      const ahead = { createdAt: 90_000, expiresAt: 99_000 }
      await tokens.put(aToken({ id: 'ahead', subject: 'a', ...ahead }))
      await tokens.put(aToken({ id: 'skewed', subject: 'b', ...ahead, createdAt: 80_000 }))
      expect(await tokens.take('ahead', 'reset-password', 20_000)).toBeNull()
      expect((await tokens.list('reset-password', 20_000, 9)).map(({ id }) => id)).toEqual(['skewed'])
      expect(await tokens.deleteExpired(20_000)).toBe(1)
      expect(await tokens.take('ahead', 'reset-password', 95_000)).toBeNull()
      expect(await tokens.take('skewed', 'reset-password', 20_000)).not.toBeNull()
    })
  })
}
