// Opens a store where it is: the only place that names drivers. A driver is loaded when it is used, so that a site on
// files never pays for a database's client.

import type { TakeOver } from './json/streamlit-files.ts'
import type { StoreLocation } from './location.ts'
import type { StoreLog } from './log.ts'
import type { StoreReader, Stores } from './types.ts'

export interface OpenOptions {
  /** Turns the people of an older application's file into records, see the JSON driver. */
  takeOver: TakeOver
  /** The most connections to PostgreSQL that this process holds at once. */
  poolSize: number
  log: StoreLog
}

/** Makes what is missing and brings an older form up to date. Throws a StoreError when the store cannot be used. */
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

/** Changes nothing there, takes no lock, and throws a StoreError when there is nothing to read. */
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
 * Who alone may use the store at this moment, in words for a sentence. Null when nobody does, and for a store that is
 * made for many. Changes nothing there.
 */
export async function findHolder(location: StoreLocation): Promise<string | null> {
  if (location.driver !== 'json') return null
  const { findHolder } = await import('./json/folder-lock.ts')
  return findHolder(location.dir)
}
