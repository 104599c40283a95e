// Parses store locations of settings and commands: `sqlite:<path>`, `postgres://…`, `json:<folder>`.

import { resolve } from 'node:path'
import { loopbackHosts } from '../core/loopback.ts'

export type StoreLocation =
  | { driver: 'json'; dir: string }
  | { driver: 'sqlite'; path: string }
  | { driver: 'postgres'; url: string }

/** Null for anything else. Relative paths start at the working directory. */
export function parseStoreLocation(text: string): StoreLocation | null {
  const [scheme = ''] = text.split(':', 1)
  // Some tools write absolute paths with an empty authority, as in sqlite:///srv/site.db.
  const path = text.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, '')
  if (scheme === 'json' && path !== '') return { driver: 'json', dir: resolve(path) }
  if (scheme === 'sqlite' && path !== '' && !path.startsWith('//')) return { driver: 'sqlite', path: resolve(path) }
  return isPostgresUrl(text) ? { driver: 'postgres', url: withTls(text) } : null
}

/**
 * A password with an unescaped / ? # or @ changes the meaning of the URL, and messages would show it as a host or name.
 */
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false
  const { pathname, hash } = new URL(text)
  return hash === '' && /^(\/[^/@]*)?$/.test(pathname) && !/%(?![0-9a-f]{2})/i.test(pathname)
}

/**
 * Requires TLS and a valid certificate for a database on another machine, unless the URL says otherwise. pg alone uses
 * no TLS (OWASP ASVS 5.0, 12.3.1 and 12.3.2).
 */
function withTls(url: string): string {
  const { searchParams, search } = new URL(url)
  if (isOnThisMachine(url) || searchParams.has('sslmode') || searchParams.has('ssl')) return url
  return `${url}${search === '' ? '?' : '&'}sslmode=verify-full`
}

/** Whether the URL lets an attacker on the network read or impersonate another machine's database. */
export function isExposed(url: string): boolean {
  const { searchParams } = new URL(url)
  const { sslmode, ssl } = Object.fromEntries(searchParams)
  return !isOnThisMachine(url) && (/^(disable|no-verify)$/.test(sslmode ?? '') || /^(0|false)$/.test(ssl ?? ''))
}

/** Without a host it is this machine, and a path is a socket's. */
function isOnThisMachine(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return host === '' || /^(\/|%2f)/i.test(host) || loopbackHosts.includes(host)
}

/** For users and logs, without the password. */
export function describeStoreLocation(location: StoreLocation): string {
  switch (location.driver) {
    case 'json':
      return `JSON files in ${location.dir}`
    case 'sqlite':
      return `SQLite in ${location.path}`
    case 'postgres': {
      const { host, pathname } = new URL(location.url)
      // Without either, libpq's defaults apply.
      return `PostgreSQL${pathname.length > 1 ? ` database ${decodeURIComponent(pathname.slice(1))}` : ''}${host && ` at ${host}`}`
    }
  }
}
