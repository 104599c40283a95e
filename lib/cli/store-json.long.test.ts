import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { runCommand } from './command-for-test.ts'
import { fill, freshDir, freshPlace, people, settingsFor } from './places-for-test.ts'

// Starts several processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

test('store backup, restore and migrate print only JSON on standard output with --json', async () => {
  const [from, to] = [await freshPlace('json'), await freshPlace('sqlite')]
  await fill(from, people(3))
  const file = join(await freshDir(), 'backup.jsonl')
  const run = async (...args: string[]) => {
    const { code, stdout } = await runCommand(['store', ...args, '--json'], settingsFor(from))
    expect({ args, code }).toEqual({ args, code: 0 })
    return JSON.parse(stdout)
  }
  expect(await run('backup', file)).toEqual({ store: expect.stringContaining('JSON files in'), users: 3, file })
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(6)
  const migrated = { from: expect.stringContaining('JSON files in'), to: expect.stringContaining('SQLite in') }
  expect(await run('migrate', '--to', to.url)).toMatchObject({
    ...migrated,
    copied: true,
    counts: { user: 3 },
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    next: [expect.stringContaining(`DATABASE_URL=${to.url}`), expect.stringContaining('SESSION_SECRET')],
  })
  expect(await run('migrate', '--to', to.url)).toMatchObject({ ...migrated, copied: false, checksum: null })
  expect(await run('restore', file, '--yes', '--url', to.url)).toMatchObject({ users: 3, store: migrated.to })
})
