// Fresh stores of each kind for tests, and functions that read their content from outside.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished, vi } from 'vitest'
import { compose, openRuntime } from '../composition.ts'
import { readSettings } from '../config.ts'
import { createSystemClock } from '../core/clock.ts'
import type { Services } from '../services.ts'
import { aUser, recordsOf } from '../stores/contract/samples.ts'
import { parseStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStoreReader, openStores } from '../stores/open.ts'
import { createDatabase } from '../stores/sql/postgres-for-test.ts'
import type { StoredRecord, Stores } from '../stores/types.ts'

export const kinds = ['json', 'sqlite', 'postgres'] as const
export type Kind = (typeof kinds)[number]

export interface Place {
  url: string
  location: StoreLocation
  /** The folder of its files, if it has any. */
  dir: string
}

export async function freshDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** An empty place: no folder, no file, or a database without tables. */
export async function freshPlace(kind: Kind): Promise<Place> {
  const dir = await freshDir()
  const urls = { json: () => `json:${join(dir, 'data')}`, sqlite: () => `sqlite:${join(dir, 'site.db')}` }
  const url = kind === 'postgres' ? await freshDatabase() : urls[kind]()
  return { url, location: locationOf(url), dir }
}

async function freshDatabase(): Promise<string> {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  return url
}

export function locationOf(url: string): StoreLocation {
  const location = parseStoreLocation(url)
  if (location === null) throw new Error(`${url} is no location.`)
  return location
}

const log = { info() {}, warn() {}, error() {} }
const takeOver = () => ({ users: [], refused: [], notes: [] })

/** Opens the store as a server does while `use` runs. */
export async function withStores<Answer>(place: Place, use: (stores: Stores) => Promise<Answer>): Promise<Answer> {
  const stores = await openStores(place.location, { takeOver, poolSize: 5, log })
  try {
    return await use(stores)
  } finally {
    await stores.close()
  }
}

export const secret = 'the secret of the site in this test'

/** Opens the site on this store while `use` runs. */
export async function withSite<Answer>(place: Place, use: (site: Services) => Promise<Answer>): Promise<Answer> {
  const settings = readSettings({ ...settingsFor(place), SESSION_SECRET: secret, LOG_LEVEL: 'silent' })
  const site = compose(await openRuntime(settings, createSystemClock()))
  try {
    return await use(site)
  } finally {
    await site.stores.close()
    await site.strength.close()
  }
}

/** The environment that points a server or a command at this store. */
export function settingsFor({ url, location, dir }: Place): Record<string, string> {
  return location.driver === 'json' ? { DATA_DIR: location.dir } : { DATA_DIR: dir, DATABASE_URL: url }
}

export function people(count: number, name = 'user'): StoredRecord[] {
  return Array.from({ length: count }, (_, n) => ({ kind: 'user', record: aUser({ username: `${name}-${n}` }) }))
}

export function fill(place: Place, records: StoredRecord[]): Promise<void> {
  return withStores(place, (stores) => stores.replaceAll(recordsOf(records)))
}

/** Starts a process that holds the folder like a server. */
export async function startHolder({ location }: Place): Promise<number | undefined> {
  if (location.driver !== 'json') throw new Error('Only a folder has a holder.')
  const script = join(import.meta.dirname, '../stores/json/hold-folder-for-test.ts')
  const child = spawn(process.execPath, [script, location.dir], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child.stdout, 'data')
  return child.pid
}

/** All records, sorted; null when there is no store. */
export async function contentOf({ location }: Place): Promise<string[] | null> {
  const reader = await openStoreReader(location).catch(() => null)
  if (reader === null) return null
  try {
    return (await Array.fromAsync(reader.dump(), (record) => JSON.stringify(record))).toSorted()
  } finally {
    await reader.close()
  }
}

/** The content, mode and modification time of every file below a folder. */
export async function fingerprint(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const { mode, mtimeMs } = await stat(path)
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
      return `${path} ${mode} ${mtimeMs} ${digest}`
    }),
  )
}

export async function inDatabase(url: string, ...statements: string[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  for (const statement of statements) await client.query(statement)
  return client
}

/** Blocks inserts of users into a PostgreSQL database until `release`. */
export async function blockUserInserts(place: Place): Promise<{ reached(): Promise<void>; release(): Promise<void> }> {
  await withStores(place, async () => {})
  const blocker = await inDatabase(
    place.url,
    "CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'",
    'CREATE TRIGGER block BEFORE INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION block()',
    'SELECT pg_advisory_lock(1)',
  )
  return {
    reached: () => lockAwaited(blocker),
    async release() {
      await blocker.query('SELECT pg_advisory_unlock(1)')
    },
  }
}

/** Resolves when a connection to this database waits for a lock. */
export async function lockAwaited(client: pg.Client): Promise<void> {
  const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  await vi.waitUntil(async () => (await client.query(waiting)).rows.length > 0, { timeout: 20_000 })
}
