import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRuntime } from './composition.ts'
import { readSettings } from './config.ts'

test('a failed start releases the folder', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  const settings = readSettings({ DATA_DIR: dir, LOG_LEVEL: 'silent' })
  await writeFile(join(dir, 'secret'), 'too short')
  await expect(openRuntime(settings)).rejects.toThrow('shorter than 32 characters')

  await rm(join(dir, 'secret'))
  const runtime = await openRuntime(settings)
  expect(await readdir(dir)).toContain('secret')
  await runtime.stores.close()
  await rm(dir, { recursive: true })
})
