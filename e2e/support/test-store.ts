// The store of the browser tests: TEST_STORE is json (the default), sqlite or postgres. Every test server gets a fresh
// store of that kind.
import path from 'node:path'
import type { StoreLocation } from '#lib/stores/location.ts'

export const storeNames = ['json', 'sqlite', 'postgres'] as const
export type StoreName = (typeof storeNames)[number]

export interface TestStore {
  location: StoreLocation
  /** The settings of the server. */
  settings: Record<string, string>
  remove(): Promise<void>
}

export function chosenStore(): StoreName {
  const given = process.env.TEST_STORE || 'json'
  const name = storeNames.find((known) => known === given)
  if (name === undefined) throw new Error(`TEST_STORE must be one of ${storeNames.join(', ')}; it is '${given}'.`)
  return name
}

/** The files are in the server's data folder and removed with it. */
export async function makeStore(name: StoreName, dataDir: string): Promise<TestStore> {
  const remove = async () => {}
  switch (name) {
    case 'json':
      return { location: { driver: 'json', dir: dataDir }, settings: {}, remove }
    case 'sqlite': {
      const file = path.join(dataDir, 'gatehouse.db')
      return { location: { driver: 'sqlite', path: file }, settings: { DATABASE_URL: `sqlite:${file}` }, remove }
    }
    case 'postgres':
      return makePostgresStore()
  }
}

/** A new database on the server of the test run, see global-setup.ts. */
export async function makePostgresStore(): Promise<TestStore> {
  const adminUrl = process.env.TEST_POSTGRES_URL
  if (!adminUrl) throw new Error('No PostgreSQL server was started for this test: it runs with TEST_STORE=postgres.')
  // Loaded on demand, so that a run on files loads no database client.
  const { createDatabase } = await import('#lib/stores/sql/postgres-for-test.ts')
  const { url, drop } = await createDatabase(adminUrl)
  return { location: { driver: 'postgres', url }, settings: { DATABASE_URL: url }, remove: drop }
}

/**
 * Specs about requests, forms and pages before any record is read, or about the browser alone. Other specs would notice
 * a store's influence. TEST_ALL=on runs them on each store too.
 */
export function specsOfOneStore(name: StoreName): string[] {
  if (name === 'json' || process.env.TEST_ALL === 'on') return []
  return [
    'accessibility',
    'admin',
    'bodies',
    'drafts',
    'email',
    'forms',
    'guards',
    'health',
    'hostile-requests',
    'logs',
    'next-path',
    'origin',
    'security',
    'session-follows',
    'session-tabs',
    'settings',
    'translation',
    'typed-input',
  ].map((spec) => `**/${spec}.spec.ts`)
}

/**
 * Excludes tests whose tags name only other stores (`@json`, `@sqlite`, `@postgres`). Untagged tests, which are most,
 * run on every store.
 */
export function testsOfOtherStores(name: StoreName): RegExp {
  return new RegExp(`^(?!.*@${name}\\b).*@(${storeNames.join('|')})\\b`, 's')
}
