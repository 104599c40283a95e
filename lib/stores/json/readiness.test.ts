import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { aUser } from '#lib/stores/contract/samples.ts'

import { freshFolder, ownFiles } from './folder-for-test.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('is ready and leaves nothing behind', async () => {
  const folder = await freshFolder()
  const { checkReady } = await folder.open()
  await Promise.all([checkReady(), checkReady()])
  expect((await readdir(folder.dir)).toSorted()).toEqual(ownFiles)
})

it('is not ready while the folder is missing, and checks the disk again after two seconds', async () => {
  const folder = await freshFolder()
  const { checkReady } = await folder.open()
  await checkReady()
  await rename(folder.dir, `${folder.dir}-aside`)
  vi.advanceTimersByTime(1_999)
  await checkReady()
  vi.advanceTimersByTime(1)
  const fault = {
    code: 'store_unavailable',
    message: expect.stringContaining(`${folder.dir} cannot be written: ENOENT`),
  }
  await expect(checkReady()).rejects.toMatchObject(fault)

  await rename(`${folder.dir}-aside`, folder.dir)
  await expect(checkReady()).rejects.toMatchObject(fault)
  vi.advanceTimersByTime(2_000)
  await checkReady()
})

it('is not ready after a failed commit until that file is writable', async () => {
  const folder = await freshFolder()
  const { users, checkReady } = await folder.open()
  await rename(folder.path('users.json'), folder.path('aside'))
  await mkdir(folder.path('users.json'))
  await expect(users.insert(aUser())).rejects.toMatchObject({ code: 'store_unavailable' })
  await expect(checkReady()).rejects.toMatchObject({
    message: expect.stringContaining('users.json could not be written'),
  })

  await rmdir(folder.path('users.json'))
  vi.advanceTimersByTime(2_000)
  await checkReady()
  expect(await folder.read('users.json')).toBe('{"version":1,"users":{\n},"reserved":{\n}}\n')
})
