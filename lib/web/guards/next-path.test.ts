import { describe, expect, test } from 'vitest'
import { logInPath, safeNextPath } from './next-path.ts'

describe('safeNextPath', () => {
  test.each(['/', '/profile', '/profile/edit?from=home', '/@name', '/%2f%2fevil.test'])('keeps %s', (path) => {
    expect(safeNextPath(path)).toBe(path)
  })

  test('drops the fragment', () => {
    expect(safeNextPath('/profile#bio')).toBe('/profile')
  })

  test.each([
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '\t//evil.test',
    '/..//evil.test',
    '/.//evil.test',
    '/a/..//evil.test',
    'https:evil.test',
    'https://evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    '%2f%2fevil.test',
    'profile',
    '',
    `/${'a'.repeat(8000)}`,
    ['/profile', '/home'],
    undefined,
    null,
    42,
  ])('rejects %j [V1.2.2, V1.5.3, V3.7.2, T8]', (raw) => {
    expect(safeNextPath(raw)).toBeNull()
  })

  test.each(['/login', '/login?next=/profile', '/signup', '/logout', '/api/session', '/_next/static/x.js'])(
    'rejects %s, which is not a page to return to',
    (path) => {
      expect(safeNextPath(path)).toBeNull()
    },
  )
})

describe('logInPath', () => {
  test('carries the path, its query and the reason', () => {
    expect(logInPath('/profile?a=1&b=2', 'idle')).toBe('/login?next=%2Fprofile%3Fa%3D1%26b%3D2&reason=idle')
    expect(logInPath('/profile', null)).toBe('/login?next=%2Fprofile')
  })

  test('leaves an overlong path out [V4.2.5]', () => {
    expect(logInPath(`/${'a'.repeat(8000)}`, null)).toBe('/login')
    expect(logInPath(`/profile?${'a'.repeat(8000)}`, 'idle')).toBe('/login?reason=idle')
    const longest = logInPath(`/${'%'.repeat(1999)}`, 'password-changed')
    expect(longest.length).toBeLessThan(8192)
  })
})
