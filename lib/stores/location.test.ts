import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeStoreLocation, parseStoreLocation } from './location.ts'

describe('a store’s location', () => {
  it.each([
    ['sqlite:site.db', { driver: 'sqlite', path: resolve('site.db') }],
    ['sqlite:./data/site.db', { driver: 'sqlite', path: resolve('data/site.db') }],
    ['sqlite:/srv/site.db', { driver: 'sqlite', path: '/srv/site.db' }],
    ['sqlite:///srv/site.db', { driver: 'sqlite', path: '/srv/site.db' }],
    ['json:./data', { driver: 'json', dir: resolve('data') }],
    ['postgres://user@db.example/site', { driver: 'postgres', url: 'postgres://user@db.example/site' }],
    ['postgresql://db.example/site', { driver: 'postgres', url: 'postgresql://db.example/site' }],
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
