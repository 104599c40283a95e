// Runs before all browser tests: builds the present sources once instead of once per worker, and starts the PostgreSQL
// server.
import { spawnSync } from 'node:child_process'
import { projectDir } from '#e2e/support/server-process.ts'
import { chosenStore } from '#e2e/support/test-store.ts'

export default async function prepare(): Promise<() => Promise<void>> {
  const store = chosenStore()
  process.stdout.write(`Store: ${store}\n`)
  const { status } = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
  if (status !== 0) throw new Error('The production build failed; there is nothing to test.')
  if (store !== 'postgres') return nothingToStop

  const { setup } = await import('#lib/stores/sql/postgres-setup-for-test.ts')
  return (await setup()) ?? nothingToStop
}

async function nothingToStop(): Promise<void> {}
