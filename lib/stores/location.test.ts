import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeStoreLocation, isExposed, parseStoreLocation } from './location.ts'

describe('a store’s location', () => {
  it.each([
    ['sqlite:site.db', { driver: 'sqlite', path: resolve('site.db') }],
    ['sqlite:./data/site.db', { driver: 'sqlite', path: resolve('data/site.db') }],
    ['sqlite:/srv/site.db', { driver: 'sqlite', path: '/srv/site.db' }],
    ['sqlite:///srv/site.db', { driver: 'sqlite', path: '/srv/site.db' }],
    ['json:./data', { driver: 'json', dir: resolve('data') }],
    ['postgres://user@localhost/site', { driver: 'postgres', url: 'postgres://user@localhost/site' }],
    ['postgresql://[::1]:6543/site', { driver: 'postgres', url: 'postgresql://[::1]:6543/site' }],
  ])('%s is understood', (text, location) => {
    expect(parseStoreLocation(text)).toEqual(location)
  })

  it.each([
    '',
    'sqlite',
    'sqlite:',
    'sqlite://host/file',
    'json:',
    './data',
    'mysql://host/db',
    'postgres:site',
    'postgres://[',
    'postgres://ann:12/c4nary@db.example/site',
    'postgres://ann:12#c4nary@db.example/site',
    'postgres://db.example/%zz',
  ])('%j is not', (text) => {
    expect(parseStoreLocation(text)).toBeNull()
  })

  it.each([
    ['postgres://db.example/site', 'postgres://db.example/site?sslmode=verify-full'],
    ['postgres://db.example/site?a=1', 'postgres://db.example/site?a=1&sslmode=verify-full'],
    ['postgres://127.0.0.1/site?host=db.example', 'postgres://127.0.0.1/site?host=db.example&sslmode=verify-full'],
    ['postgres://db.example/site?sslmode=require', 'postgres://db.example/site?sslmode=require'],
    ['postgres://db.example/site?sslmode=disable', 'postgres://db.example/site?sslmode=disable'],
    ['postgres://%2Fvar%2Frun/site', 'postgres://%2Fvar%2Frun/site'],
    ['postgres:///site?host=/var/run', 'postgres:///site?host=/var/run'],
  ])('%s on another machine is reached by TLS unless it says otherwise: %s [V12.3.1, V12.3.2]', (text, url) => {
    expect(parseStoreLocation(text)).toEqual({ driver: 'postgres', url })
  })

  it('reports a URL that leaves the connection to another machine unprotected', () => {
    const open = ['sslmode=disable', 'sslmode=no-verify', 'ssl=0', 'ssl=false']
    for (const parameter of open) {
      expect(isExposed(`postgres://db.example/site?${parameter}`), parameter).toBe(true)
      expect(isExposed(`postgres://localhost/site?${parameter}`), parameter).toBe(false)
    }
    expect(isExposed('postgres://db.example/site?sslmode=verify-full')).toBe(false)
  })

  it('is described without its password', () => {
    const described = (text: string) => {
      const location = parseStoreLocation(text)
      return location && describeStoreLocation(location)
    }
    expect(described('postgres://ann:s3cret@db.example:6543/site?sslmode=require&password=s3cret')).toBe(
      'PostgreSQL database site at db.example:6543',
    )
    expect(described('postgres:///site')).toBe('PostgreSQL database site')
    expect(described('sqlite:/srv/site.db')).toBe('SQLite in /srv/site.db')
    expect(described('json:/srv/data')).toBe('JSON files in /srv/data')
  })
})
