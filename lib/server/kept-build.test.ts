import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { holdBuild, keepBuild, letGoOfBuild } from './kept-build.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-'))
})
afterEach(async () => {
  letGoOfBuild()
  await rm(root, { recursive: true })
})

/** Like Next: empties the last build first. */
async function build(id: string): Promise<void> {
  await rm(join(root, '.next'), { recursive: true, force: true })
  for (const folder of ['static', 'server', 'node_modules', 'cache', 'standalone']) {
    await mkdir(join(root, '.next', folder), { recursive: true })
    await writeFile(join(root, '.next', folder, 'file.js'), id)
  }
  await symlink('../../node_modules/pg', join(root, '.next/node_modules/pg-0123'))
  await writeFile(join(root, '.next/BUILD_ID'), id)
  await keepBuild(root)
}

const kept = async () => (await readdir(root)).filter((name) => name.startsWith('.next-'))

test('keeps the files of a running server across builds, and removes unused builds', async () => {
  await build('one')
  const folder = holdBuild(root)
  expect(folder).toBe('.next-one')
  for (const id of ['two', 'three', 'four']) await build(id)
  expect(await readFile(join(root, folder, 'static/file.js'), 'utf8')).toBe('one')
  expect((await kept()).toSorted()).toEqual(['.next-four', '.next-one'])
  letGoOfBuild()
  await build('five')
  expect(await kept()).toEqual(['.next-five'])
})

test('keeps a build that another process uses until that process ends', async () => {
  await build('one')
  const server = fork(join(import.meta.dirname, 'hold-build-for-test.ts'), [root])
  const ended = once(server, 'exit')
  expect(await once(server, 'message')).toEqual(['.next-one', undefined])
  await build('two')
  expect((await kept()).toSorted()).toEqual(['.next-one', '.next-two'])
  server.kill('SIGKILL')
  await ended
  await build('three')
  expect(await kept()).toEqual(['.next-three'])
})

test('links what a server reads and leaves out the rest', async () => {
  await build('one')
  expect((await readdir(join(root, '.next-one'))).toSorted()).toEqual([
    'BUILD_ID',
    'in-use',
    'node_modules',
    'server',
    'static',
  ])
  expect((await stat(join(root, '.next-one/static/file.js'))).nlink).toBe(2)
  expect(await readlink(join(root, '.next-one/node_modules/pg-0123'))).toBe('../../node_modules/pg')
})

test('leaves other folders alone', async () => {
  await mkdir(join(root, '.next-of-mine'))
  await build('one')
  expect((await kept()).toSorted()).toEqual(['.next-of-mine', '.next-one'])
})

test('serves a copied build in place', async () => {
  await build('one')
  await rm(join(root, '.next-one'), { recursive: true })
  expect(holdBuild(root)).toBe('.next')
})
