// Which store the browser tests run on: TEST_STORE, one of json (the default), sqlite and postgres. Every server that a
// test starts gets a fresh store of that kind.
import path from 'node:path'
import type { StoreLocation } from '#lib/stores/location.ts'

export const storeNames = ['json', 'sqlite', 'postgres'] as const
export type StoreName = (typeof storeNames)[number]

export interface TestStore {
  location: StoreLocation
  /** What leads a server to it. */
  settings: Record<string, string>
  remove(): Promise<void>
}

export function chosenStore(): StoreName {
  const given = process.env.TEST_STORE || 'json'
  const name = storeNames.find((known) => known === given)
  if (name === undefined) throw new Error(`TEST_STORE must be one of ${storeNames.join(', ')}; it is '${given}'.`)
  return name
}

/** Files stand in the server's data folder and go with it. */
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

/** A database of its own on the server that runs for all tests, see global-setup.ts. */
export async function makePostgresStore(): Promise<TestStore> {
  const adminUrl = process.env.TEST_POSTGRES_URL
  if (!adminUrl) throw new Error('No PostgreSQL server was started for this test: it runs with TEST_STORE=postgres.')
  // Loaded when it is used: a run on files knows no database client.
  const { createDatabase } = await import('#lib/stores/sql/postgres-for-test.ts')
  const { url, drop } = await createDatabase(adminUrl)
  return { location: { driver: 'postgres', url }, settings: { DATABASE_URL: url }, remove: drop }
}

/**
 * Specs about how requests, forms and pages are treated before any record is asked for, or about the browser alone. What a
 * store could change in them the others notice; TEST_ALL=on runs them on each store too.
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
 * What is left out of a run on this store: tests that name stores by tags (`@json`, `@sqlite`, `@postgres`) and not this
 * one. All others, most by far, run on every store.
 */
export function testsOfOtherStores(name: StoreName): RegExp {
  return new RegExp(`^(?!.*@${name}\\b).*@(${storeNames.join('|')})\\b`, 's')
}
