import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettings } from '../config.ts'
import { readOrCreateSecret } from '../secret.ts'
import { findActionKey } from './action-key.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
})
afterEach(() => rm(dir, { recursive: true }))

const keyFor = (SESSION_SECRET = '') => findActionKey(readSettings({ DATA_DIR: dir, SESSION_SECRET }))
const [newer, older] = ['n'.repeat(32), 'o'.repeat(32)]

test('is the same for the same newest secret, and 32 bytes that differ from it', async () => {
  const key = await keyFor(newer)
  expect(await keyFor(`${newer},${older}`)).toBe(key)
  expect(await keyFor(older)).not.toBe(key)
  expect(Buffer.from(key ?? '', 'base64')).toHaveLength(32)
  expect(Buffer.from(key ?? '', 'base64').toString()).not.toBe(newer)
})

test('uses the generated secret when none is set, and does not create one', async () => {
  expect(await keyFor()).toBeNull()
  expect(await readdir(dir)).toEqual([])
  const generated = await readOrCreateSecret(dir)
  expect(await keyFor()).toBe(await keyFor(generated))
})
