import { expect, it } from 'vitest'

import { PagedRecords } from './paged-records.ts'

it('encodes exactly its records after any changes', async () => {
  const records = numbered()
  const expected = new Map<string, { n: number }>()
  for (let step = 0; step < 20_000; step++) {
    const key = `key-${(step * 7919) % 1500}`
    if (step % 3 === 0 || (step > 15_000 && step % 5 !== 0)) {
      expect(records.delete(key)).toBe(expected.delete(key))
    } else {
      records.set({ id: key, n: step })
      expected.set(key, { n: step })
    }
    if (step % 1000 === 0) expect(await decoded(records)).toEqual(Object.fromEntries(expected))
  }
  expect(records.size).toBe(expected.size)
  for (const [key] of [...expected]) {
    records.delete(key)
    if (records.size % 50 === 0) expect(Object.keys(await decoded(records))).toHaveLength(records.size)
  }
  expect(Buffer.concat(await records.encode()).toString()).toBe('')
})

it('stays valid JSON while records come and go during the encoding', async () => {
  const records = numbered()
  for (let n = 0; n < 5_000; n++) records.set({ id: `key-${n}`, n })
  const encoding = decoded(records)
  for (let n = 0; n < 4_000; n++) records.delete(`key-${n}`)
  records.set({ id: 'new', n: 1 })
  const found = await encoding
  for (let n = 4_000; n < 5_000; n++) expect(found[`key-${n}`]).toEqual({ n })
})

it('encodes a record changed in place after `changed`', async () => {
  const records = numbered()
  for (let n = 0; n < 600; n++) records.set({ id: `key-${n}`, n })
  await records.encode()
  const entry = records.entry('key-300')
  if (!entry) throw new Error('the record is gone')
  entry.record.n = -1
  records.changed(entry)
  expect((await decoded(records))['key-300']).toEqual({ n: -1 })
})

function numbered(): PagedRecords<{ id: string; n: number }> {
  return new PagedRecords(({ n }) => ({ n }))
}

async function decoded(records: Pick<ReturnType<typeof numbered>, 'encode'>): Promise<Record<string, unknown>> {
  return JSON.parse(`{${Buffer.concat(await records.encode()).toString()}}`)
}
