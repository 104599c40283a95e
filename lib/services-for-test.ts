// The real services over a fresh store, with a clock that the test moves.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoginClient } from './auth/lockout/lockout.ts'
import { createPasswordStrength, type PasswordStrength } from './auth/passwords/password-strength.ts'
import { compose, openRuntime } from './composition.ts'
import { readSettings } from './config.ts'
import { createSystemClock } from './core/clock.ts'
import type { Services } from './services.ts'
import { aUser } from './stores/contract/samples.ts'
import { createDatabase } from './stores/sql/postgres-for-test.ts'

const allStores = ['JSON', 'SQLite', 'PostgreSQL'] as const
export type StoreName = (typeof allStores)[number]
/**
 * A database of PostgreSQL for each test takes longer than the test: `npm test` has its contract alone, and
 * `npm run test:all` (TEST_STORES=all) all tests on it.
 */
export const storeNames: readonly StoreName[] = process.env.TEST_STORES === 'all' ? allStores : ['JSON', 'SQLite']

export interface TestServices extends AsyncDisposable {
  app: Services
  dataDir: string
  advance(ms: number): void
  /** Sets the wall clock forward or back without elapsed time. */
  stepClock(ms: number): void
  /** Adds a user with this id and username. */
  addPerson(name: string): Promise<void>
}

/** A client at this address, by default in an unknown browser. */
export function aLoginClient(address = '192.0.2.7', isKnown = false): LoginClient {
  const by = { at: 0, userAgent: '', address, locale: 'en', timeZone: null } as const
  return { by, isKnown: () => isKnown }
}

/** One worker thread for all tests of a file: each takes half a second to load the word lists. */
const raters = new Map<string, PasswordStrength>()
function raterFor({ passwordMinLength: minLength, appOrigin }: Services['settings']): PasswordStrength {
  const key = `${minLength} ${appOrigin}`
  const rater = raters.get(key) ?? createPasswordStrength({ minLength, appOrigin })
  raters.set(key, rater)
  return rater
}

export async function openTestServices(
  env: Record<string, string> = {},
  store: StoreName = 'JSON',
): Promise<TestServices> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  const database = store === 'PostgreSQL' ? await createDatabase() : null
  const url = store === 'SQLite' ? `sqlite:${join(dataDir, 'gatehouse.db')}` : (database?.url ?? '')
  let now = Date.UTC(2026, 0, 1, 9)
  let passed = 0
  const clock = createSystemClock(
    () => now,
    () => passed,
  )
  const settings = readSettings({ DATA_DIR: dataDir, DATABASE_URL: url, LOG_LEVEL: 'silent', ...env })
  const app = compose({ ...(await openRuntime(settings, clock)), strength: raterFor(settings) })
  return {
    app,
    dataDir,
    advance(ms) {
      now += ms
      passed += ms
    },
    stepClock(ms) {
      now += ms
    },
    async addPerson(name) {
      await app.stores.users.insert(aUser({ id: name, username: name }))
    },
    async [Symbol.asyncDispose]() {
      await app.lockout.settle()
      await app.mail.close()
      await app.stores.close()
      await app.rateLimits.close()
      await database?.drop()
      await rm(dataDir, { recursive: true })
    },
  }
}
