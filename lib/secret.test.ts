import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOrCreateSecret } from './secret.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('is created once, with 256 bits, readable only by its owner [V11.2.3, V13.3.2]', async () => {
  const secret = await readOrCreateSecret(dir)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(await readOrCreateSecret(dir)).toBe(secret)
  expect((await stat(join(dir, 'secret'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dir)).toEqual(['secret'])
})

test('differs in every folder, so no two sites share a default [V13.2.3, V9.2.3]', async () => {
  const secrets = await Promise.all(['one', 'two', 'three'].map((name) => readOrCreateSecret(join(dir, name))))
  expect(new Set(secrets).size).toBe(3)
})

test('is the same for twenty parallel calls', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => readOrCreateSecret(dir)))
  expect(new Set(secrets).size).toBe(1)
})

test('is made private if it was readable, and must be a plain file [V13.3.2]', async () => {
  const path = join(dir, 'secret')
  await writeFile(path, 'x'.repeat(32), { mode: 0o644 })
  await readOrCreateSecret(dir)
  expect((await stat(path)).mode & 0o777).toBe(0o600)

  await rm(path)
  await symlink('/nowhere', path)
  await expect(readOrCreateSecret(dir)).rejects.toThrow(/not a plain file/)
})

test('is rejected if truncated, and left unchanged', async () => {
  await writeFile(join(dir, 'secret'), 'short')
  await expect(readOrCreateSecret(dir)).rejects.toThrow(/shorter than 32 characters/)
})

test('advises SESSION_SECRET when the file cannot be created', async () => {
  await writeFile(join(dir, 'file'), '')
  await expect(readOrCreateSecret(join(dir, 'file'))).rejects.toMatchObject({
    code: 'secret_unavailable',
    message: expect.stringMatching(/Set SESSION_SECRET to at least 32 random characters\.$/),
  })
})
