// Rules for every answer of every route: its type, no caching, no changes by reading, and rejection of other methods.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import type { Answer, Headers } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { readStoredState, readStoredUsers } from '#e2e/support/store-contents.ts'

const secretName = 'Sentinel Quillfeather'
const routes = readRoutes().filter(({ path }) => path !== '/icon.svg')
const pages = routes.filter(({ isHandler }) => !isHandler).map(({ path }) => path)
const handlers = routes.filter(({ isHandler }) => isHandler).map(({ path }) => path)

const asDocument: Headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }

test.describe('every answer', { tag: '@json' }, () => {
  let admin: Client
  let member: Client
  let memberId: string

  test.beforeEach(async ({ server }) => {
    admin = await logInAs(server, await firstAdmin(server))
    const person = await makePersonWith(server, 'member')
    memberId = person.id
    member = await logInAs(server, person)
    await member.submit('/profile/edit', 'Save profile', { fullName: secretName, bio: '', age: '' })
  })

  /** The path with a real user's id as parameter. */
  const filled = (path: string) => path.replace('/x', `/${memberId}`)

  function expectType(answer: Answer, what: string, type: string): void {
    expect.soft(answer.headers['content-type'], `${what} → ${answer.status}`).toBe(type)
    expect.soft(answer.headers['x-content-type-options'], what).toBe('nosniff')
    expect.soft(answer.headers['cross-origin-resource-policy'], what).toBe('same-origin')
  }

  /** Except for a bare rejection and the router's redirect to the canonical URL. */
  function expectUnkept({ status, text, headers, location }: Answer, what: string): void {
    const isBare = text === '' || (status === 307 && /\?_rsc=\w+$/.test(location ?? ''))
    if (isBare && headers['set-cookie'] === undefined) return
    expect.soft(headers['cache-control'] ?? '', `${what} → ${status}`).toContain('no-store')
  }

  test('declares its type, and cannot be sniffed or framed [V3.2.1, V4.1.1, V3.5.8]', async ({ server }) => {
    for (const path of pages) {
      for (const client of [admin, member, new Client(server.url)]) {
        const shown = await client.copy().open(filled(path))
        // Middleware redirects with 303, pages with 307.
        const type = shown.status === 303 ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8'
        if (shown.text !== '') expectType(shown, path, type)
        const forRouter = await client.copy().fetch(`${filled(path)}?_rsc=x`, { headers: { rsc: '1' } })
        if (forRouter.text !== '' && forRouter.status === 200)
          expectType(forRouter, `router’s ${path}`, 'text/x-component')
      }
    }
    const types: Record<string, string> = {
      '/admin/users/export': 'text/csv; charset=utf-8',
      '/admin/audit/export': 'application/jsonl',
      '/admin/audit/export?format=csv': 'text/csv; charset=utf-8',
    }
    for (const path of [...handlers, '/admin/audit/export?format=csv']) {
      for (const headers of [{}, asDocument]) {
        const answer = await admin.copy().fetch(path, { headers })
        if (answer.text !== '') expectType(answer, path, types[path] ?? 'application/json')
      }
    }
    for (const path of ['/nowhere', '/profile/a.css', '/admin/users/nobody', '/login']) {
      expectType(await member.copy().open(path), path, 'text/html; charset=utf-8')
    }
    const files = [...(await member.open('/profile')).text.matchAll(/"(\/_next\/static\/[^"]+\.(js|css))"/g)]
    expect(files.length).toBeGreaterThan(3)
    for (const [, path = '', extension] of files) {
      const type = extension === 'js' ? 'application/javascript; charset=UTF-8' : 'text/css; charset=UTF-8'
      expectType(await member.copy().fetch(path), path, type)
    }
  })

  test('for a user is stored by no cache, even under a URL that looks like a file [V14.2.2, V14.2.5, T13]', async ({
    server,
  }) => {
    for (const { path } of routes.filter(({ path }) => !path.startsWith('/healthz'))) {
      for (const client of [admin, member, new Client(server.url)]) {
        expectUnkept(await client.copy().open(filled(path)), path)
        expectUnkept(await client.copy().fetch(`${filled(path)}?_rsc=x`, { headers: { rsc: '1' } }), `router’s ${path}`)
      }
    }
    const disguises = [
      '/profile/x.css',
      '/profile/x.js',
      '/profile;.js',
      '/profile;x.css',
      '/profile%2fx.css',
      '/profile%2f..%2fx.css',
      '/profile%3f.css',
      '/profile%23.css',
      '/profile%00.css',
      '/profile.css',
      '/profile.rsc',
      '/profile.segments/_tree.segment.rsc',
      '/profile?x.css',
      '/_next/static/../../profile',
      '/_next/static/x/../../../profile',
      '/_next/static/%2e%2e/%2e%2e/profile',
      '/icon.svg/../profile',
      '/icon.svg%2f..%2fprofile',
    ]
    expect((await member.copy().open('/profile')).text).toContain(secretName)
    for (const path of disguises) {
      const answer = await member.copy().open(path)
      if (answer.text.includes(secretName)) expectUnkept(answer, path)
      // A cache that decides by file name must find nothing to store.
      if (/\.(css|js|rsc)$/.test(path) && !path.includes('?')) expect.soft(answer.text, path).not.toContain(secretName)
    }
  })

  test('to GET, HEAD and OPTIONS changes nothing on any route, whatever the URL says [V3.5.3]', async ({ server }) => {
    const queries = [
      '',
      `?id=${memberId}&role=admin&theme=dark&username=x&email=x@example.org&fullName=x`,
      '?token=abc&code=12345678&invitation=abc&act=x&next=/logout&deleted=1&done=1&_method=DELETE&$ACTION_ID_x=',
    ]
    // Its first view makes the key that the session may enrol, and later views show the same one.
    for (const client of [admin, member]) await client.open('/security/two-factor')
    const before = await readStoredState(server.store)
    for (const { path } of routes) {
      for (const query of queries) {
        for (const method of ['GET', 'HEAD', 'OPTIONS']) {
          for (const client of [admin, member]) {
            const { status } = await client.copy().send({ method, path: filled(path) + query, headers: asDocument })
            expect.soft(status, `${method} ${path}${query}`).toBeLessThan(500)
          }
        }
      }
    }
    expect(await readStoredState(server.store)).toBe(before)
    expect(await member.isSignedIn()).toBe(true)
  })

  test('allows no other origin to read it [V3.4.2]', async () => {
    const evil = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site', 'access-control-request-method': 'PUT' }
    for (const { path } of routes) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { headers } = await member.copy().send({ method, path: filled(path), headers: evil })
        const allowed = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
        expect.soft(allowed, `${method} ${path}`).toEqual([])
      }
    }
    expect(await member.isSignedIn()).toBe(true)
  })

  test('to another method is a rejection [V4.1.4]', async ({ server }) => {
    const before = await readStoredState(server.store)
    for (const { path } of routes) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'MKCOL', 'FOO']) {
        const asked = { method, path: filled(path), headers: { origin: server.url } }
        const { status, text } = await member.copy().send(asked)
        expect.soft([400, 401, 404, 405, 411, 415], `${method} ${path} → ${status}`).toContain(status)
        expect.soft(text, `${method} ${path}`).not.toContain(secretName)
      }
    }
    expect(await readStoredState(server.store)).toBe(before)
  })

  test('is never wrapped for another site’s script [V3.5.6]', async () => {
    for (const query of ['callback=x', 'jsonp=x', 'cb=x']) {
      const answer = await member.copy().fetch(`/api/session?${query}`)
      expect(answer.headers['content-type']).toBe('application/json')
      expect(JSON.parse(answer.text)).toHaveProperty('user')
    }
  })

  test('contains only what its page shows, and nothing of other users [V8.2.3, V14.2.6]', async ({ server }) => {
    const other = await makePersonWith(server, 'member')
    const records = JSON.parse(await readStoredUsers(server.store)) as { id: string; passwordHash: string }[]
    // A locked password leaves no hash.
    const hashes = records.flatMap(({ passwordHash }) => (passwordHash.length > 20 ? [passwordHash.slice(-20)] : []))
    for (const path of pages.filter((path) => !path.startsWith('/admin'))) {
      const shown = await member.copy().open(path)
      const forRouter = await member.copy().fetch(`${path}?_rsc=x`, { headers: { rsc: '1' } })
      for (const { text } of [shown, forRouter]) {
        for (const { id } of records) if (id !== memberId) expect.soft(text, path).not.toContain(id)
        expect.soft(text, path).not.toContain(other.username)
        expect.soft(text, path).not.toMatch(/passwordHash|suspendReason|emailVerifiedAt|passwordChangedAt|addressSalt/)
      }
    }
    for (const { path } of routes) {
      const answers = [
        await admin.copy().open(filled(path)),
        await admin.copy().fetch(`${filled(path)}?_rsc=x`, { headers: { rsc: '1' } }),
      ]
      for (const { text } of answers) {
        expect.soft(text, path).not.toMatch(/\$argon2|passwordHash|addressSalt/)
        for (const hash of hashes) expect.soft(text, path).not.toContain(hash)
      }
    }
    expect(Object.keys((await member.readSession())?.user ?? {}).toSorted()).toEqual(['id', 'role', 'username'])
  })

  test('to odd numbers, dates and characters in a list’s URL is a list [V1.4.2, V1.2.9]', async () => {
    const odd = [
      '-1',
      '0',
      '1e309',
      '9007199254740993',
      '999999999999999',
      '99999999999999999999999',
      'NaN',
      'Infinity',
      '-0',
      '0x10',
      '1.5',
      '٣',
      '0000-00-00',
      '0001-01-01',
      '9999-12-31',
      '275761-01-01',
      '2026-02-30',
      '1767258000000.alice',
      '999999999999999.zz',
      '(',
      '.*',
      '[a-',
      '\\',
      '%',
      "x' OR 1=1--",
      '"; drop table users; --',
      '\u0000',
      '\ud800',
    ]
    const before = await admin.copy().open('/admin/users')
    expect(before.status).toBe(200)
    for (const text of odd) {
      const value = encodeURIComponent(text.isWellFormed() ? text : '\ufffd')
      const paths = [
        ...['search', 'after', 'before', 'page', 'role', 'state', 'order'].map(
          (name) => `/admin/users?${name}=${value}`,
        ),
        ...['before', 'after', 'from', 'to', 'person', 'event'].map((name) => `/admin/audit?${name}=${value}`),
        `/admin/users/export?search=${value}&act=${value}&id=${value}`,
        `/admin/users/selected?act=${value}&id=${value}`,
        `/admin/audit/export?format=csv&from=${value}&to=${value}`,
        `/admin?period=${value}`,
        `/admin/users/${value}`,
      ]
      for (const path of paths) {
        const { status } = await admin.copy().open(path)
        expect.soft(status, path).toBeLessThan(500)
      }
    }
    const found = await admin.copy().open(`/admin/users?search=${encodeURIComponent('.*')}`)
    expect(found.text).toContain('No one matches.')
  })
})

test('SQL in the username logs nobody in [V1.2.4]', async ({ server }) => {
  const users = await readStoredUsers(server.store)
  for (const username of ["x' OR 1=1--", '" OR ""="', "admin'/*", "'; DROP TABLE users; --", "\\'; --"]) {
    const client = new Client(server.url)
    const answer = await client.submit('/login', 'Log in', { username, password: makePerson().password })
    expect(answer.text).toContain('The username or password is wrong.')
    expect(await client.isSignedIn()).toBe(false)
    await client.submit('/forgot-password', 'Send link', { email: username })
  }
  expect(await readStoredUsers(server.store)).toBe(users)
})
