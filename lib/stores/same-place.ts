// Whether two locations lead to the same store, as far as that is visible without connecting.

import { stat } from 'node:fs/promises'

import type { StoreLocation } from './location.ts'

/** Compares files by identity, so links count. Does not detect two names of one database server. */
export async function isSamePlace(a: StoreLocation, b: StoreLocation): Promise<boolean> {
  if (a.driver === 'postgres') return b.driver === 'postgres' && addressOf(a.url) === addressOf(b.url)
  if (b.driver === 'postgres' || a.driver !== b.driver) return false
  const [here, there] = [pathOf(a), pathOf(b)]
  if (here === there) return true
  const [one, other] = await Promise.all([here, there].map((path) => stat(path, { bigint: true }).catch(() => null)))
  return one != null && other != null && one.dev === other.dev && one.ino === other.ino
}

function pathOf(location: Exclude<StoreLocation, { driver: 'postgres' }>): string {
  return location.driver === 'json' ? location.dir : location.path
}

/** Users and passwords do not select the database, but `options` can select another schema in it. */
function addressOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return JSON.stringify([host, port || '5432', decodeURIComponent(pathname), searchParams.get('options')])
}
