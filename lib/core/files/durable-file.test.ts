import type * as Files from 'node:fs/promises'
import { chown, mkdir, mkdtemp, readFile, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { appendToFile, makeFolder } from './durable-file.ts'

/** What another process does in the folder as soon as it is created. */
const afterMkdir = vi.hoisted(() => vi.fn<(made: string) => Promise<void>>())
vi.mock('node:fs/promises', async (importOriginal) => {
  const files = await importOriginal<typeof Files>()
  const mkdir = async (...args: Parameters<typeof files.mkdir>) => {
    const made = await files.mkdir(...args)
    if (made !== undefined) await afterMkdir(made)
    return made
  }
  return { ...files, mkdir }
})

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-durable-'))
  onTestFinished(() => rm(dir, { recursive: true }))
})

test('does not append through a link', async () => {
  const [target, path] = [join(dir, 'notes'), join(dir, 'audit.jsonl')]
  await writeFile(target, 'of somebody')
  await symlink(target, path)
  await expect(appendToFile(path, [Buffer.from('more')])).rejects.toMatchObject({ code: 'ELOOP' })
  expect(await readFile(target, 'utf8')).toBe('of somebody')
})

test('as root, gives away the folder it created, and not the target of a link in its place', async () => {
  // Without root, the current user owns everything and gives it to themselves.
  const me = process.getuid?.()
  const service = me === 0 ? 65534 : (me ?? 0)
  vi.spyOn(process, 'getuid').mockReturnValue(0)
  const [home, target] = [join(dir, 'home'), join(dir, 'target')]
  await mkdir(home)
  await mkdir(target)
  await chown(home, service, -1)

  await makeFolder(join(home, 'made/inside'))
  for (const made of ['made', 'made/inside']) expect((await stat(join(home, made))).uid).toBe(service)

  afterMkdir.mockImplementation(async (made) => {
    await rmdir(made)
    await symlink(target, made)
  })
  await expect(makeFolder(join(home, 'data'))).rejects.toMatchObject({ code: expect.stringMatching(/ELOOP|ENOTDIR/) })
  expect((await stat(target)).uid).toBe(me)
})
