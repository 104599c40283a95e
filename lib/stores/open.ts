// Opens a store by its location; the only file that names drivers. Loads a driver on first use, so that a site on files
// does not load a database client.

import type { TakeOver } from './json/streamlit-files.ts'
import type { StoreLocation } from './location.ts'
import type { StoreLog } from './log.ts'
import type { StoreReader, Stores } from './types.ts'

export interface OpenOptions {
  /** Converts the users of a Streamlit application's file, see the JSON driver. */
  takeOver: TakeOver
  /** The maximum of connections of this process to PostgreSQL. */
  poolSize: number
  log: StoreLog
}

/** Creates what is missing and upgrades an older format. Throws a StoreError when the store cannot be used. */
export async function openStores(location: StoreLocation, { takeOver, poolSize, log }: OpenOptions): Promise<Stores> {
  switch (location.driver) {
    case 'json': {
      const { openJsonStores } = await import('./json/open.ts')
      return openJsonStores({ dir: location.dir, takeOver, log })
    }
    case 'sqlite': {
      const { openSqliteStores } = await import('./sql/open.ts')
      return openSqliteStores({ path: location.path, log })
    }
    case 'postgres': {
      const { openPostgresStores } = await import('./sql/open.ts')
      return openPostgresStores({ url: location.url, poolSize, log })
    }
  }
}

/** Opens for reading: no changes and no lock. Throws a StoreError when there is nothing to read. */
export async function openStoreReader(location: StoreLocation): Promise<StoreReader> {
  switch (location.driver) {
    case 'json': {
      const { openJsonReader } = await import('./json/reader.ts')
      return openJsonReader(location.dir)
    }
    case 'sqlite': {
      const { openSqliteReader } = await import('./sql/open.ts')
      return openSqliteReader(location.path)
    }
    case 'postgres': {
      const { openPostgresReader } = await import('./sql/open.ts')
      return openPostgresReader(location.url)
    }
  }
}

/**
 * Describes the process that holds the store exclusively. Null when there is none, or when the store allows many.
 * Changes nothing.
 */
export async function findHolder(location: StoreLocation): Promise<string | null> {
  if (location.driver !== 'json') return null
  const { findHolder } = await import('./json/folder-lock.ts')
  return findHolder(location.dir)
}
