import { readdir, stat } from 'node:fs/promises'

import { describe, expect, it } from 'vitest'

import { aSession, aToken, aUser } from '#lib/stores/contract/samples.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { freshFolder, type TestFolder } from './folder-for-test.ts'
import { openJsonReader } from './reader.ts'

const everything: StoredRecord[] = [
  { kind: 'user', record: aUser() },
  { kind: 'session', record: aSession() },
  { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken() },
]

it('reads everything beside a running server and sees its later writes', async () => {
  const { folder, stores } = await runningFolder()
  const reader = await openJsonReader(folder.dir)
  expect(reader.description).toBe(`JSON files in ${folder.dir}`)
  expect(await Array.fromAsync(reader.dump())).toEqual(everything)
  await stores.users.insert(aUser({ username: 'bob' }))
  expect(await Array.fromAsync(reader.dump())).toContainEqual({ kind: 'user', record: aUser({ username: 'bob' }) })
  await expect(folder.open()).rejects.toMatchObject({ code: 'store_locked' })
})

it('shows only records of users it shows, whatever the server writes', async () => {
  const { folder, stores } = await runningFolder()
  const reader = await openJsonReader(folder.dir)
  let isOver = false
  const writing = (async () => {
    for (let n = 0; n < 100; n++) {
      await stores.users.insert(aUser({ username: `user-${n}` }))
      await stores.sessions.insert(aSession({ id: `of-${n}`, userId: `id-of-user-${n}` }))
    }
    isOver = true
  })()
  while (!isOver) {
    const found = await Array.fromAsync(reader.dump())
    const ids = new Set(found.flatMap(({ kind, record }) => (kind === 'user' ? [record.id] : [])))
    for (const { kind, record } of found) if (kind === 'session') expect(ids).toContain(record.userId)
  }
  await writing
})

it('changes nothing: no content, mode or name', async () => {
  const { folder, stores } = await runningFolder()
  await stores.close()
  await folder.write('sessions.json.0123456789abcdef.tmp', 'half')
  await folder.chmod('users.json', 0o644)
  await folder.chmod('.', 0o755)
  const before = await traces(folder)
  const reader = await openJsonReader(folder.dir)
  await Array.fromAsync(reader.dump())
  await reader.close()
  expect(await traces(folder)).toEqual(before)
})

it('leaves out sessions of unknown users', async () => {
  const { folder } = await runningFolder()
  await folder.write('users.json', '{"version":1,"users":{}}')
  const found = await Array.fromAsync((await openJsonReader(folder.dir)).dump())
  expect(found.map(({ kind }) => kind)).toEqual(['ended', 'token'])
})

it('reads a folder of version 0.1.0 without tokens or sessions', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', '{"version":1,"users":{\n}}\n')
  expect(await Array.fromAsync((await openJsonReader(folder.dir)).dump())).toEqual([])
})

it('ignores the sessions of Streamlit', async () => {
  const { folder } = await runningFolder()
  await folder.write(
    'sessions.json',
    '{"alice":{"expiry":"2026-11-01T09:10:00","last_activity":"2026-11-01T09:00:00"}}',
  )
  const found = await Array.fromAsync((await openJsonReader(folder.dir)).dump())
  expect(found.map(({ kind }) => kind)).toEqual(['user', 'token'])
})

describe('rejects', () => {
  it('a missing folder, naming it', async () => {
    const folder = await freshFolder()
    await expect(openJsonReader(folder.path('nowhere'))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`There is no store in ${folder.path('nowhere')}`),
    })
  })

  it('a folder without users, naming the file and creating none', async () => {
    const folder = await freshFolder()
    await expect(openJsonReader(folder.dir)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(folder.path('users.json')),
    })
    expect(await readdir(folder.dir)).toEqual([])
  })

  it('the file of Streamlit, naming the first step', async () => {
    const folder = await freshFolder()
    await folder.write('users.json', '{"alice":{"password":"secret-hash"}}')
    await expect(openJsonReader(folder.dir)).rejects.toMatchObject({
      code: 'store_damaged',
      message: `${folder.path('users.json')} is the file of the Streamlit application. Start the server once first: it takes its people over.`,
    })
  })

  it('a damaged record, naming it', async () => {
    const { folder } = await runningFolder()
    const damaged = (await folder.read('sessions.json')).replace('2000', '"2000"')
    await folder.write('sessions.json', damaged)
    const reader = await openJsonReader(folder.dir)
    await expect(Array.fromAsync(reader.dump())).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/sessions\.json .*"session-1" on line 2/),
    })
  })

  it('reads after it was closed', async () => {
    const { folder } = await runningFolder()
    const reader = await openJsonReader(folder.dir)
    await reader.close()
    await expect(Array.fromAsync(reader.dump())).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

async function runningFolder() {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.users.insert(aUser())
  for (const id of ['session-1', 'session-2']) await stores.sessions.insert(aSession({ id }))
  await stores.sessions.end(['session-2'], 'idle', 3_000)
  await stores.tokens.put(aToken())
  return { folder, stores }
}

async function traces({ dir, path, read }: TestFolder): Promise<unknown[]> {
  const names = (await readdir(dir)).toSorted()
  return Promise.all(
    ['.', ...names].map(async (name) => {
      const { mode, mtimeMs, ctimeMs, ino } = await stat(path(name))
      return { name, mode, mtimeMs, ctimeMs, ino, content: name.endsWith('.json') ? await read(name) : null }
    }),
  )
}
