import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { freshFolder } from './folder-for-test.ts'

describe('where nothing can be written, the start fails with what to do instead', () => {
  it('when the folder cannot be created', async () => {
    const parent = await freshFolder()
    await parent.chmod('.', 0o555)
    expect(await startWithoutRights(parent.path('data'))).toMatch(
      /^The folder .*\/data cannot be used: EACCES: .* As root: mkdir -p (.*\/data) && chown \d+ \1 .*set DATABASE_URL/,
    )
  })

  it('when the folder exists', async () => {
    const parent = await freshFolder()
    await mkdir(parent.path('data'))
    await parent.chmod('data', 0o555)
    await parent.chmod('.', 0o555)
    expect(await startWithoutRights(parent.path('data'))).toMatch(
      /^The folder .*\/data cannot be used: EACCES: .*(chown -R \d+|chmod -R u\+rwX) .*\/data .*set DATABASE_URL/,
    )
  })

  it('when the lock is not readable', async () => {
    const folder = await freshFolder()
    await (await folder.open()).close()
    await folder.chmod('lock', 0)
    await folder.chmod('.', 0o777)
    expect(await startWithoutRights(folder.dir)).toMatch(
      /\/lock cannot be read: EACCES: .*(chown -R \d+|chmod -R u\+rwX) .*set DATABASE_URL/,
    )
  })
})

async function startWithoutRights(dir: string): Promise<string> {
  const script = fileURLToPath(new URL('./hold-folder-for-test.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dir, 'nobody'], { stdio: ['ignore', 'pipe', 'inherit'] })
  return text(child.stdout)
}
