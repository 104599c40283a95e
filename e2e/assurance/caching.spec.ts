// Shared caches store nothing that belongs to a user: two users share one cache.
import { expect, test } from '#e2e/fixtures.ts'
import { findStaticFile } from '#e2e/support/build-manifests.ts'
import { type CachingProxy, startCachingProxy } from '#e2e/support/caching-proxy.ts'
import { Client } from '#e2e/support/client.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'

const secretName = 'Sentinel Quillfeather'
const rsc = { rsc: '1', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }

const privatePaths = [
  '/',
  '/profile',
  '/profile?_rsc=1',
  '/profile/edit',
  '/profile/picture',
  '/security',
  '/nowhere',
  '/login',
  '/api/session',
  '/security/export',
]

// Caching depends on headers only, not on the store.
test.describe('a shared cache', { tag: '@json' }, () => {
  let proxy: CachingProxy
  let owner: Client
  let other: Client
  let nobody: Client

  test.beforeEach(async ({ server }) => {
    proxy = await startCachingProxy(server.address)
    ;[owner, other, nobody] = [1, 2, 3].map(() => new Client(server.url, proxy.address)) as [Client, Client, Client]
    await owner.signUp()
    await owner.submit('/profile/edit', 'Save profile', { fullName: secretName, bio: '', age: '' })
    await other.signUp(makePerson())
  })

  test.afterEach(() => proxy.close())

  const everyone = () => [owner, other, nobody, other, owner]

  test('stores nothing of a user and mixes up no users [V14.2.2, V14.3.2, T13]', async () => {
    for (const path of privatePaths) {
      for (const client of everyone()) {
        for (const answer of [await client.open(path), await client.fetch(path, { headers: rsc })]) {
          if (client !== owner) expect(answer.text, path).not.toContain(secretName)
        }
      }
    }
    expect((await owner.open('/profile')).text).toContain(secretName)
    expect((await other.open('/profile')).text).not.toContain(secretName)
    expect(proxy.kept()).toEqual([])
    expect(proxy.reused()).toBe(0)
  })

  test('does store public files', async () => {
    const file = findStaticFile()
    const [first, second] = [await nobody.open(file), await other.open(file)]
    expect(second.text).toBe(first.text)
    expect(proxy.kept()).toEqual([file])
    expect(proxy.reused()).toBe(1)
  })

  test('may not store answers that set a cookie, log in or out, or redirect [V14.3.2, T13]', async () => {
    const person = makePerson()
    const client = new Client(owner.origin, proxy.address)
    const answers: Record<string, Answer> = {
      'sign-up': await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password }),
      saving: await client.submit('/profile/edit', 'Save profile', { fullName: '', bio: '', age: '' }),
      'log-out': await client.logOut(),
      'log-in': await client.logIn(person),
      'log-in page, signed in': await client.open('/login?next=%2Fsecurity'),
      'mailed link': await nobody.open('/reset-password?token=abc'),
      gate: await nobody.open('/profile'),
    }
    for (const [what, answer] of Object.entries(answers)) {
      expect.soft(answer.location, what).not.toBeNull()
      expect.soft(answer.headers['cache-control'], what).toContain('no-store')
    }
  })
})
