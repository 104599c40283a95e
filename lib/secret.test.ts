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

test('is made once, of 256 bits, readable by its owner alone [V11.2.3, V13.3.2]', async () => {
  const secret = await readOrCreateSecret(dir)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(await readOrCreateSecret(dir)).toBe(secret)
  expect((await stat(join(dir, 'secret'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dir)).toEqual(['secret'])
})

test('is another one in every folder: no two sites share one that came with the software [V13.2.3, V9.2.3]', async () => {
  const secrets = await Promise.all(['one', 'two', 'three'].map((name) => readOrCreateSecret(join(dir, name))))
  expect(new Set(secrets).size).toBe(3)
})

test('is one secret for twenty who ask at once', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => readOrCreateSecret(dir)))
  expect(new Set(secrets).size).toBe(1)
})

test('is closed to others when it was open, and must be a plain file [V13.3.2]', async () => {
  const path = join(dir, 'secret')
  await writeFile(path, 'x'.repeat(32), { mode: 0o644 })
  await readOrCreateSecret(dir)
  expect((await stat(path)).mode & 0o777).toBe(0o600)

  await rm(path)
  await symlink('/nowhere', path)
  await expect(readOrCreateSecret(dir)).rejects.toThrow(/not a plain file/)
})

test('is refused when it was cut short, and left as it is', async () => {
  await writeFile(join(dir, 'secret'), 'short')
  await expect(readOrCreateSecret(dir)).rejects.toThrow(/shorter than 32 characters/)
})

test('says what to set where it cannot be kept', async () => {
  await writeFile(join(dir, 'file'), '')
  await expect(readOrCreateSecret(join(dir, 'file'))).rejects.toMatchObject({
    code: 'secret_unavailable',
    message: expect.stringMatching(/Set SESSION_SECRET to at least 32 random characters\.$/),
  })
})
