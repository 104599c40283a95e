import { cp, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { aPicture, aSession, aToken, aUser, recordsOf } from '#lib/stores/contract/samples.ts'
import type { StoredRecord, StoreReader } from '#lib/stores/types.ts'

import { freshFolder, type TestFolder } from './folder-for-test.ts'
import { openJsonReader } from './reader.ts'
import { Replacement, type StoreFile, storeFiles } from './replacement.ts'

const files = storeFiles
const inPlace = ['lock', ...files].toSorted()

const before: StoredRecord[] = [
  { kind: 'user', record: aUser() },
  { kind: 'session', record: aSession() },
  { kind: 'token', record: aToken() },
  { kind: 'picture', record: aPicture() },
]
const after: StoredRecord[] = [
  { kind: 'user', record: aUser({ username: 'bob' }) },
  { kind: 'session', record: aSession({ id: 'session-2', userId: 'id-of-bob' }) },
  { kind: 'ended', record: { id: 'session-3', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken({ id: 'token-2', subject: 'id-of-bob' }) },
  { kind: 'picture', record: aPicture({ id: 'id-of-bob' }) },
]

it('leaves only the new files', async () => {
  const folder = await folderWith(before)
  const stores = await folder.open()
  await stores.replaceAll(recordsOf(after))
  expect((await readdir(folder.dir)).toSorted()).toEqual(inPlace)
  await stores.close()
  expect(await everything(await folder.open())).toEqual(after)
})

describe('an interrupted replacement', () => {
  it('leaves everything unchanged before it was complete', async () => {
    for (const written of [[], ['users.json'], files]) {
      const folder = await folderWith(before)
      const source = await folderWith(after)
      await mkdir(folder.path('replacement.tmp'))
      for (const name of written) await copy(source.path(name), join(folder.path('replacement.tmp'), name))
      expect(await everything(await openJsonReader(folder.dir))).toEqual(before)
      expect(await everything(await folder.open())).toEqual(before)
      expect((await readdir(folder.dir)).toSorted()).toEqual(inPlace)
    }
  })

  it('is completed from any step once it was complete', async () => {
    for (const moved of [[], ['users.json'], ['users.json', 'sessions.json'], files] as const) {
      const folder = await cutOff(moved)
      expect(await everything(await openJsonReader(folder.dir))).toEqual(after)
      expect((await readdir(folder.path('replacement'))).length).toBe(files.length - moved.length)
      const stores = await folder.open()
      expect(await everything(stores)).toEqual(after)
      expect((await readdir(folder.dir)).toSorted()).toEqual(inPlace)
      await stores.close()
      expect(await everything(await openJsonReader(folder.dir))).toEqual(after)
    }
  })

  it('stops the start when damaged, is named and stays unchanged', async () => {
    const folder = await cutOff(['users.json'])
    await folder.write('replacement/tokens.json', '{"version":1,')
    await expect(folder.open()).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringContaining(folder.path('replacement/tokens.json')),
    })
    expect((await readdir(folder.path('replacement'))).toSorted()).toEqual(
      storeFiles.filter((name) => name !== 'users.json').toSorted(),
    )
  })
})

it('keeps its content when the new files cannot be written', async () => {
  const folder = await folderWith(before)
  const stores = await folder.open()
  // The name is taken by a file, onto which no folder can be renamed.
  await folder.write('replacement', 'of somebody')
  await expect(stores.replaceAll(recordsOf(after))).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining(folder.dir),
  })
  expect(await everything(stores)).toEqual(before)
  expect((await readdir(folder.dir)).toSorted()).toEqual([...inPlace, 'replacement'].toSorted())
  await rm(folder.path('replacement'))
  await stores.replaceAll(recordsOf(after))
  expect(await everything(stores)).toEqual(after)
})

it('writes nothing before the replacement is in place', async () => {
  const folder = await folderWith(before)
  const stores = await folder.open()
  // A file cannot be renamed onto a folder, so tokens.json stays in `replacement`.
  await rename(folder.path('tokens.json'), folder.path('aside'))
  await mkdir(folder.path('tokens.json'))
  await stores.replaceAll(recordsOf(after))
  expect(await everything(stores)).toEqual(after)
  expect(folder.log.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    expect.stringMatching(/^error: The new files of .* are not in place yet \(EISDIR/),
  ])
  expect(await readdir(folder.path('replacement'))).toEqual(['tokens.json'])
  await expect(stores.checkReady()).rejects.toMatchObject({ code: 'store_unavailable' })
  await expect(stores.users.changeStanding('id-of-bob', { role: 'guest' })).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  expect(await stores.users.find('id-of-bob')).toEqual(aUser({ username: 'bob' }))
  await rmdir(folder.path('tokens.json'))
  expect(await stores.users.changeStanding('id-of-bob', { role: 'guest' })).toMatchObject({ role: 'guest' })
  expect((await readdir(folder.dir)).toSorted()).toEqual(['aside', ...inPlace])
  await stores.close()
  const changed = aUser({ username: 'bob', role: 'guest' })
  expect(await everything(await folder.open())).toEqual([{ kind: 'user', record: changed }, ...after.slice(1)])
})

it('runs several replacements one after the other', async () => {
  const folder = await folderWith(before)
  const stores = await folder.open()
  await Promise.all([after, before, after, before].map((records) => stores.replaceAll(recordsOf(records))))
  const held = await everything(stores)
  expect([before, after]).toContainEqual(held)
  await stores.close()
  expect(await everything(await folder.open())).toEqual(held)
})

it('makes concurrent writes wait and loses none', async () => {
  const folder = await folderWith(before)
  const stores = await folder.open()
  let isReplaced = false
  const replacing = stores.replaceAll(recordsOf(after)).then(() => {
    isReplaced = true
  })
  let carols = 0
  while (!isReplaced) {
    await stores.users.insert(aUser({ username: `carol-${carols++}` }))
  }
  await replacing
  const held = (await everything(stores)).flatMap(({ kind, record }) => (kind === 'user' ? [record.username] : []))
  await stores.close()
  const found = await everything(await folder.open())
  expect(found.flatMap(({ kind, record }) => (kind === 'user' ? [record.username] : []))).toEqual(held)
  expect(held).toContain('bob')
  expect(held).not.toContain('alice')
})

it('settles once for all callers', async () => {
  const folder = await freshFolder()
  const replacement = new Replacement(folder.dir)
  await replacement.replace(
    Object.fromEntries(files.map((name) => [name, [Buffer.from(name)]])) as unknown as Record<StoreFile, Uint8Array[]>,
  )
  expect(await readdir(folder.dir)).toEqual(['replacement'])
  await Promise.all([replacement.settle(), replacement.settle(), replacement.settle()])
  expect((await readdir(folder.dir)).toSorted()).toEqual(files.toSorted())
  // A folder that appears later is not its own.
  await mkdir(folder.path('replacement'))
  await replacement.settle()
  expect(await readdir(folder.dir)).toContain('replacement')
})

async function folderWith(records: StoredRecord[]): Promise<TestFolder> {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.replaceAll(recordsOf(records))
  await stores.close()
  return folder
}

/** The state that a crash leaves after `moved` were put in place. */
async function cutOff(moved: readonly string[]): Promise<TestFolder> {
  const folder = await folderWith(before)
  const source = await folderWith(after)
  await mkdir(folder.path('replacement'))
  for (const name of files) {
    await copy(source.path(name), moved.includes(name) ? folder.path(name) : join(folder.path('replacement'), name))
  }
  return folder
}

async function copy(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
}

function everything(store: StoreReader): Promise<StoredRecord[]> {
  return Array.fromAsync(store.dump())
}
