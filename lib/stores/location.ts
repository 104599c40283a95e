// Where a store is, as settings and commands write it: `sqlite:<path>`, `postgres://…`, `json:<folder>`.

import { resolve } from 'node:path'
import { loopbackHosts } from '../core/loopback.ts'

export type StoreLocation =
  | { driver: 'json'; dir: string }
  | { driver: 'sqlite'; path: string }
  | { driver: 'postgres'; url: string }

/** Null for anything else. Relative paths start at the working directory. */
export function parseStoreLocation(text: string): StoreLocation | null {
  const [scheme = ''] = text.split(':', 1)
  // An empty authority, as in sqlite:///srv/site.db, is how some tools write an absolute path.
  const path = text.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, '')
  if (scheme === 'json' && path !== '') return { driver: 'json', dir: resolve(path) }
  if (scheme === 'sqlite' && path !== '' && !path.startsWith('//')) return { driver: 'sqlite', path: resolve(path) }
  return isPostgresUrl(text) ? { driver: 'postgres', url: withTls(text) } : null
}

/** A password with a bare / ? # or @ makes an address that says something else, and would be shown as a host or name. */
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false
  const { pathname, hash } = new URL(text)
  return hash === '' && /^(\/[^/@]*)?$/.test(pathname) && !/%(?![0-9a-f]{2})/i.test(pathname)
}

/**
 * A database on another machine is reached by TLS and its certificate checked, unless the address says otherwise: pg by
 * itself uses none (OWASP ASVS 5.0, 12.3.1 and 12.3.2).
 */
function withTls(url: string): string {
  const { searchParams, search } = new URL(url)
  if (isOnThisMachine(url) || searchParams.has('sslmode') || searchParams.has('ssl')) return url
  return `${url}${search === '' ? '?' : '&'}sslmode=verify-full`
}

/** Whether the address says that whoever is on the way to another machine may read along or answer in its place. */
export function isExposed(url: string): boolean {
  const { searchParams } = new URL(url)
  const { sslmode, ssl } = Object.fromEntries(searchParams)
  return !isOnThisMachine(url) && (/^(disable|no-verify)$/.test(sslmode ?? '') || /^(0|false)$/.test(ssl ?? ''))
}

/** No host is this one, and a path is that of a socket. */
function isOnThisMachine(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return host === '' || /^(\/|%2f)/i.test(host) || loopbackHosts.includes(host)
}

/** For people and logs: never a password. */
export function describeStoreLocation(location: StoreLocation): string {
  switch (location.driver) {
    case 'json':
      return `JSON files in ${location.dir}`
    case 'sqlite':
      return `SQLite in ${location.path}`
    case 'postgres': {
      const { host, pathname } = new URL(location.url)
      // Without either, libpq's own defaults hold.
      return `PostgreSQL${pathname.length > 1 ? ` database ${decodeURIComponent(pathname.slice(1))}` : ''}${host && ` at ${host}`}`
    }
  }
}
