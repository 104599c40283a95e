import { appendFile, chmod, mkdir, rename, rmdir, writeFile } from 'node:fs/promises'

import { expect, it } from 'vitest'

import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { anEntry } from '#lib/stores/contract/samples.ts'
import type { AuditRecord, Stores } from '#lib/stores/types.ts'

import { freshFolder, type TestFolder } from './folder-for-test.ts'
import { openJsonReader } from './reader.ts'

const places = async ({ dump }: Pick<Stores, 'dump'>) =>
  (await Array.fromAsync(dump())).flatMap(({ kind, record }) => (kind === 'audit' ? [record.seq] : []))
const linesOf = async (folder: TestFolder): Promise<AuditRecord[]> =>
  (await folder.read('audit.jsonl'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

async function filled(count: number): Promise<{ folder: TestFolder; stores: Stores }> {
  const folder = await freshFolder()
  const stores = await folder.open()
  for (let at = 1; at <= count; at++) await stores.audit.append(anEntry({ at }))
  return { folder, stores }
}

it('writes one line per entry before it acknowledges the append', async () => {
  const { folder } = await filled(2)
  const one = chained(noHead, anEntry({ at: 1 }))
  expect(await linesOf(folder)).toEqual([one, chained(one, anEntry({ at: 2 }))])
})

it('drops an unfinished last line and keeps every complete one', async () => {
  const { folder, stores } = await filled(3)
  await stores.close()
  const whole = await folder.readBytes('audit.jsonl')
  const end = whole.lastIndexOf('\n', whole.length - 2) + 1
  for (let length = end; length < whole.length; length += 40) {
    await writeFile(folder.path('audit.jsonl'), whole.subarray(0, length))
    await writeFile(folder.path('audit-head.json'), '{"version":1,"seq":0,"id":""}')
    const reopened = await folder.open()
    expect(await places(reopened)).toEqual([1, 2])
    expect((await reopened.audit.append(anEntry())).seq).toBe(3)
    await reopened.close()
    expect(await linesOf(folder)).toHaveLength(3)
  }
})

it('stops the start at an invalid line, names it and leaves it unchanged', async () => {
  const { folder, stores } = await filled(2)
  await stores.close()
  await appendFile(folder.path('audit.jsonl'), 'something else\n')
  const before = await folder.read('audit.jsonl')
  const refusal = { code: 'store_damaged', message: expect.stringContaining('line 3') }
  await expect(folder.open()).rejects.toMatchObject(refusal)
  expect(await folder.read('audit.jsonl')).toBe(before)
})

it('continues after the gap when the end was truncated, and reports it', async () => {
  const { folder, stores } = await filled(3)
  await stores.close()
  const [first = ''] = (await folder.read('audit.jsonl')).split('\n')
  await folder.write('audit.jsonl', `${first}\n`)
  const reader = await openJsonReader(folder.dir)
  expect(await reader.findAuditHead()).toMatchObject({ seq: 3 })
  const reopened = await folder.open()
  expect(folder.log.map(({ level, message }) => `${level}: ${message}`)).toContainEqual(
    expect.stringMatching(/^error: The end of .*audit\.jsonl is missing/),
  )
  expect((await reopened.audit.append(anEntry())).seq).toBe(4)
  expect(await places(reopened)).toEqual([1, 4])
})

it('rejects while the file is not writable, and then has only acknowledged entries', async () => {
  const { folder, stores } = await filled(1)
  const fault = { code: 'store_unavailable' }
  // The file can be neither appended to nor replaced.
  await rename(folder.path('audit.jsonl'), folder.path('aside'))
  await stores.audit.append(anEntry({ at: 2 })).then(
    () => expect.unreachable('the file was away'),
    (error) => expect(error).toMatchObject(fault),
  )
  expect(await places(stores)).toEqual([1])
  await stores.checkReady()
  expect((await stores.audit.append(anEntry({ at: 3 }))).seq).toBe(2)
  expect((await linesOf(folder)).map(({ at }) => at)).toEqual([1, 3])
})

it('lets a reader finish the old trail during changes', async () => {
  const { stores } = await filled(5)
  const reading = stores.dump()
  const read: number[] = []
  for await (const { kind, record } of reading) {
    if (kind !== 'audit') continue
    read.push(record.seq)
    if (record.seq === 1) await stores.audit.dropBefore(5)
    if (record.seq === 2) await stores.audit.append(anEntry({ at: 6 }))
  }
  expect(read).toEqual([1, 2, 3, 4, 5])
  expect(await places(stores)).toEqual([5, 6])
})

it('changes nothing while a rewrite fails, and is complete afterwards', async () => {
  const { folder, stores } = await filled(3)
  await rename(folder.path('audit.jsonl'), folder.path('aside'))
  await mkdir(folder.path('audit.jsonl'))
  const fault = { code: 'store_unavailable' }
  await expect(stores.audit.forgetAddresses(3)).rejects.toMatchObject(fault)
  await expect(stores.audit.dropBefore(3)).rejects.toMatchObject(fault)
  await expect(stores.audit.append(anEntry({ at: 4 }))).rejects.toMatchObject(fault)
  expect(await places(stores)).toEqual([1, 2, 3])
  await rmdir(folder.path('audit.jsonl'))
  expect(await stores.audit.forgetAddresses(3)).toBe(2)
  expect(await stores.audit.dropBefore(2)).toBe(1)
  expect((await stores.audit.append(anEntry({ at: 4 }))).seq).toBe(4)
  const lines = await linesOf(folder)
  expect(lines.map(({ seq, address }) => [seq, address])).toEqual([
    [2, ''],
    [3, '192.0.2.7'],
    [4, '192.0.2.7'],
  ])
  expect(await places(stores)).toEqual([2, 3, 4])
})

it('distinguishes an unfinished last line from an invalid one of any length', async () => {
  const { folder, stores } = await filled(2)
  await stores.close()
  const whole = await folder.readBytes('audit.jsonl')
  const long = Buffer.alloc(17 * 1024 * 1024)
  await folder.write('audit.jsonl', Buffer.concat([whole, long, Buffer.from('\n')]))
  const refusal = { code: 'store_damaged', message: expect.stringContaining('line 3 is too long') }
  await expect(folder.open()).rejects.toMatchObject(refusal)
  await folder.write('audit.jsonl', Buffer.concat([whole, long]))
  expect(await (await openJsonReader(folder.dir)).findAuditHead()).toMatchObject({ seq: 2 })
  const reopened = await folder.open()
  expect(await places(reopened)).toEqual([1, 2])
  expect(await folder.readBytes('audit.jsonl')).toEqual(whole)
})

it('closes its files to other accounts', async () => {
  const { folder, stores } = await filled(1)
  await stores.close()
  await chmod(folder.path('audit.jsonl'), 0o644)
  await folder.open()
  expect(folder.log.map(({ message }) => message)).toContainEqual(expect.stringContaining('audit.jsonl was open'))
})
