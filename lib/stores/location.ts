// Where a store is, as settings and commands write it: `sqlite:<path>`, `postgres://…`, `json:<folder>`.

import { resolve } from 'node:path'

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
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { driver: 'postgres', url: text }
  return null
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
