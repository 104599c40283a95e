import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rename, stat, symlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it, onTestFinished } from 'vitest'

import { freshFolder, openFolder } from './folder-for-test.ts'
import { findHolder } from './folder-lock.ts'

it('rejects a second process, naming the holder and what to do [V15.4.1]', async () => {
  const folder = await freshFolder()
  await folder.open()
  const { said } = await startHolder(folder.dir)
  expect(said).toMatch(`${folder.dir} is in use by process ${process.pid} on ${hostname()}, running since 20`)
  expect(said).toMatch('Stop that process first, or set DATABASE_URL')
})

it('is held against other processes, and free at once when the holder is killed [V15.4.3]', async () => {
  const folder = await freshFolder()
  const { child, said } = await startHolder(folder.dir)
  expect(said).toBe('held')
  const refusal = { code: 'store_locked', message: expect.stringContaining(`process ${child.pid} on ${hostname()}`) }
  await expect(folder.open()).rejects.toMatchObject(refusal)
  await expect(folder.open()).rejects.toMatchObject(refusal)

  child.kill('SIGKILL')
  await once(child, 'exit')
  await folder.open()
})

it('rejects the same process a second time', async () => {
  const folder = await freshFolder()
  await folder.open()
  const refusal = { code: 'store_locked', message: expect.stringContaining(`process ${process.pid}`) }
  await expect(folder.open()).rejects.toMatchObject(refusal)
  await expect(openFolder(`${folder.dir}/../${folder.dir.split('/').at(-1)}/`)).rejects.toMatchObject(refusal)
})

it('is free for another process once closed', async () => {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.close()
  expect((await startHolder(folder.dir)).said).toBe('held')
})

it('is released when the start fails', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', '')
  await expect(folder.open()).rejects.toMatchObject({ code: 'store_damaged' })
  await folder.write('users.json', '{"version":1,"users":{}}')
  await folder.open()
})

it('ignores a damaged lock file that no process holds', async () => {
  const folder = await freshFolder()
  const cutShort = Buffer.from('SQLite format 3\0 and then nothing that SQLite knows')
  for (const garbage of [cutShort, Buffer.alloc(8192), Buffer.alloc(0)]) {
    await folder.write('lock', garbage)
    await (await folder.open()).close()
  }
})

it('leaves a foreign file unchanged, linked or not', async () => {
  const folder = await freshFolder()
  const path = join(folder.dir, 'lock')
  await folder.write('lock', 'the notes of somebody')
  await expect(folder.open()).rejects.toThrow('is not the lock that Gatehouse makes')
  await rename(path, join(folder.dir, 'notes'))
  await symlink('notes', path)
  await expect(folder.open()).rejects.toThrow('is not the lock that Gatehouse makes')
  expect(await readFile(join(folder.dir, 'notes'), 'utf8')).toBe('the notes of somebody')
})

it('respects a holder whose lock file was damaged', async () => {
  const folder = await freshFolder()
  const { child } = await startHolder(folder.dir)
  await folder.write('lock', Buffer.alloc(8192))
  await expect(folder.open()).rejects.toMatchObject({ code: 'store_locked' })
  await expect(folder.open()).rejects.toMatchObject({ code: 'store_locked' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await folder.open()
})

it('lets one of several processes in that start concurrently', async () => {
  const folder = await freshFolder()
  const answers = await Promise.all(Array.from({ length: 5 }, () => startHolder(folder.dir)))
  const holders = answers.filter(({ said }) => said === 'held')
  expect(holders).toHaveLength(1)
  for (const { said } of answers) if (said !== 'held') expect(said).toMatch(/in use by process \d+ on /)
})

it('can be inspected from outside without changes', async () => {
  const folder = await freshFolder()
  const { child } = await startHolder(folder.dir)
  const before = await fingerprint(folder.dir)
  expect(findHolder(folder.dir)).toMatch(new RegExp(`^process ${child.pid} on ${hostname()}, running since 20`))
  expect(await fingerprint(folder.dir)).toEqual(before)

  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(findHolder(folder.dir)).toBeNull()
  expect(await fingerprint(folder.dir)).toEqual(before)
  await folder.open()
})

it('can be inspected by its own process, which keeps it', async () => {
  const folder = await freshFolder()
  await folder.open()
  expect(findHolder(folder.dir)).toContain(`process ${process.pid}`)
  expect((await startHolder(folder.dir)).said).toMatch('is in use by process')
})

it('is not created by an inspection', async () => {
  const folder = await freshFolder()
  expect(findHolder(folder.dir)).toBeNull()
  expect(findHolder(folder.path('nowhere'))).toBeNull()
  expect(await readdir(folder.dir)).toEqual([])
})

it('may be held when the file is damaged, and an inspection cannot tell', async () => {
  const folder = await freshFolder()
  await folder.write('lock', Buffer.alloc(8192))
  expect(findHolder(folder.dir)).toMatch('the file `lock` is damaged')
  await folder.write('lock', '')
  expect(findHolder(folder.dir)).toBeNull()
  await folder.write('lock', 'the notes of somebody')
  expect(findHolder(folder.dir)).toBeNull()
})

/** What an inspection may not change; the access time is not part of it. */
async function fingerprint(dir: string): Promise<unknown[]> {
  const names = ['.', ...(await readdir(dir))]
  return Promise.all(
    names.map(async (name) => {
      const { mtimeMs, ctimeMs, size, mode, ino } = await stat(join(dir, name))
      const content = name === '.' ? null : await readFile(join(dir, name), 'latin1')
      return { name, mtimeMs, ctimeMs, size, mode, ino, content }
    }),
  )
}

async function startHolder(dir: string): Promise<{ child: ChildProcess; said: string }> {
  const script = fileURLToPath(new URL('./hold-folder-for-test.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dir], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [chunk] = await once(child.stdout, 'data')
  return { child, said: String(chunk).trim() }
}
