// The real services over a fresh JSON store, with a clock that the test moves.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from './config.ts'
import { compose, openRuntime, type Services } from './services.ts'

export interface TestServices extends AsyncDisposable {
  app: Services
  dataDir: string
  advance(ms: number): void
}

export async function openTestServices(env: Record<string, string> = {}): Promise<TestServices> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  let now = Date.UTC(2026, 0, 1, 9)
  const settings = readSettings({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env })
  const app = compose(await openRuntime(settings, () => now))
  return {
    app,
    dataDir,
    advance(ms) {
      now += ms
    },
    async [Symbol.asyncDispose]() {
      await app.stores.close()
      await app.strength.close()
      await rm(dataDir, { recursive: true })
    },
  }
}
