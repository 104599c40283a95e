import { NextRequest } from 'next/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { minutes, seconds } from '#lib/core/clock.ts'
import { openTestServices, type TestServices } from '#lib/services-for-test.ts'
import { writeDevice } from '#lib/web/cookies/device-name.ts'
import { sealToken } from '#lib/web/cookies/session-cookie.ts'
import { handlerPaths } from '#lib/web/guards/request-guard.ts'
import { middleware } from './middleware.ts'

const site = 'http://localhost:3000'
const siteKey = Symbol.for('gatehouse.site')
const shared = globalThis as unknown as Record<symbol, unknown>

let opened: TestServices
let cookie: string
let token: string

beforeEach(async () => {
  opened = await openTestServices()
  await opened.addPerson('alice')
  shared[siteKey] = Promise.resolve({ app: opened.app })
  const started = await opened.app.sessions.start('alice')
  token = started.token
  cookie = `session=${await sealToken(token, opened.app)}`
})

afterEach(async () => {
  delete shared[siteKey]
  await opened[Symbol.asyncDispose]()
})

const ask = (path: string, headers: Record<string, string> = {}, init: { method?: string; body?: BodyInit } = {}) =>
  middleware(new NextRequest(`${site}${path}`, { headers, ...init }))

/** The target of a redirect without the origin, which Next removes. */
const locationOf = (response: Response) => response.headers.get('location')?.replace(site, '')
const goesOn = (response: Response) => response.headers.get('x-middleware-next') === '1'

describe('a page', () => {
  test('is served to a logged-in user, without a new cookie [V7.2.1]', async () => {
    const response = await ask('/profile', { cookie })
    expect(goesOn(response)).toBe(true)
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  test('redirects to the log-in page and back without a cookie', async () => {
    const response = await ask('/profile/edit?from=home&_rsc=abc')
    expect(response.status).toBe(303)
    expect(locationOf(response)).toBe('/login?next=%2Fprofile%2Fedit%3Ffrom%3Dhome')
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  test.each(['session=mangled', 'session=', 'session=Fe26.2**', `session=${'x'.repeat(5000)}`])(
    'treats %s as no session',
    async (mangled) => {
      const response = await ask('/profile', { cookie: mangled })
      expect(locationOf(response)).toBe('/login?next=%2Fprofile')
    },
  )

  test('reports an idle session, and keeps the cookie, which another tab may have replaced', async () => {
    opened.advance(seconds(600))
    const response = await ask('/profile', { cookie })
    expect(locationOf(response)).toBe('/login?next=%2Fprofile&reason=idle')
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  test('redirects a GET to the log-in page, whatever its headers', async () => {
    for (const header of ['next-action', 'rsc', 'next-router-prefetch', 'x-middleware-subrequest', 'purpose']) {
      expect((await ask('/profile', { [header]: 'prefetch' })).status).toBe(303)
    }
  })

  test('that does not exist redirects to the log-in page too', async () => {
    expect((await ask('/no-such-page')).status).toBe(303)
  })

  test.each(['/login', '/signup', '/api/session', '/icon.svg'])('%s is public', async (path) => {
    expect(goesOn(await ask(path))).toBe(true)
  })

  test.each(['/login/', '/LOGIN', '/login/x', '/api/session/x', '/healthz.txt'])('%s is not', async (path) => {
    expect(goesOn(await ask(path))).toBe(false)
  })
})

describe('after a rotation of the secret', () => {
  const [older, newer] = ['o'.repeat(43), 'n'.repeat(43)]
  const device = { id: '0'.repeat(32), marks: ['mark'] }

  test('the next page renews the device cookie under the newest secret, once', async () => {
    await opened[Symbol.asyncDispose]()
    opened = await openTestServices({ SESSION_SECRET: `${newer},${older}` })
    shared[siteKey] = Promise.resolve({ app: opened.app })
    for (const path of ['/login', '/profile']) {
      const response = await ask(path, { cookie: `device=${writeDevice(device, [older])}` })
      const [pair = ''] = response.headers.get('set-cookie')?.split(';') ?? []
      expect(pair).toBe(`device=${writeDevice(device, [newer])}`)
      expect((await ask(path, { cookie: pair })).headers.get('set-cookie')).toBeNull()
    }
    expect(
      (await ask('/login', { cookie: `device=${writeDevice(device, ['x'])}` })).headers.get('set-cookie'),
    ).toBeNull()
  })
})

describe('well-known addresses', () => {
  test('change-password redirects to its page, with or without a session', async () => {
    for (const headers of [{}, { cookie }]) {
      const response = await ask('/.well-known/change-password', headers)
      expect([response.status, locationOf(response)]).toEqual([303, '/security/password'])
    }
    expect(locationOf(await ask('/security/password'))).toBe('/login?next=%2Fsecurity%2Fpassword')
  })

  test.each([
    '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200',
    '/.well-known/security.txt',
    '/.well-known/change-password/x',
    '/.well-known/toString',
    '/.well-known/',
    '/.well-known',
  ])('%s is not there, signed in or out', async (path) => {
    for (const headers of [{}, { cookie }]) {
      const response = await ask(path, headers)
      expect([response.status, locationOf(response)]).toEqual([404, undefined])
      expect(await response.text()).toContain('Page not found')
    }
  })

  test('a path that only looks like one is an ordinary page', async () => {
    expect((await ask('/.well-knownish')).status).toBe(303)
    expect((await ask('/x/.well-known/change-password')).status).toBe(303)
  })
})

describe('a page with a form that starts a session', () => {
  test.each(['/login', '/signup', '/setup'])('%s sets a test cookie in a browser without our cookies', async (path) => {
    const [line = ''] = (await ask(path, { cookie: 'other=1' })).headers.getSetCookie()
    expect(line).toMatch(/^cookie-check=1;/)
    expect(line).toMatch(/; *HttpOnly/i)
    expect(line).toMatch(/; *SameSite=lax/i)
  })

  test.each(['cookie-check=1', 'session=x', 'device=x', 'theme=dark', 'tz=Europe/Vienna'])(
    'sets none for a browser that sends %s',
    async (known) => expect((await ask('/login', { cookie: known })).headers.getSetCookie()).toEqual([]),
  )

  test('no other page sets one', async () => {
    for (const path of ['/forgot-password', '/api/session', '/icon.svg']) {
      expect((await ask(path)).headers.getSetCookie()).toEqual([])
    }
  })
})

describe('on a host without our server', () => {
  test('a page gets a policy with a fresh nonce, known to Next, and never the client’s [V3.4.3, T12]', async () => {
    const planted = "script-src 'nonce-AAAAAAAAAAAAAAAAAAAAAA'"
    const headers = { cookie, 'content-security-policy': planted, 'content-security-policy-report-only': planted }
    const [first, second] = [await ask('/profile', headers), await ask('/login', headers)]
    const policies = [first, second].map((response) => response.headers.get('content-security-policy'))
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[\w-]{22}' 'strict-dynamic'/)
    expect(policies[0]).not.toBe(policies[1])
    expect(first.headers.get('x-middleware-request-content-security-policy')).toBe(policies[0])
    expect(JSON.stringify([...first.headers, ...second.headers])).not.toContain('AAAAAAAAAA')
    expect(first.headers.get('x-middleware-request-cookie')).toBe(cookie)
  })
})

describe('the idle window', () => {
  const slidesAt9 = async (headers: Record<string, string>) => {
    opened.advance(minutes(9))
    await ask('/profile', { cookie, ...headers })
    opened.advance(minutes(9))
    return (await opened.app.sessions.check(token)).live
  }

  test('is extended by a navigation', async () => {
    expect(await slidesAt9({ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).toBe(true)
  })

  test.each([
    [{ 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    [{ 'sec-purpose': 'prefetch', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ])('stays for %j', async (headers) => {
    expect(await slidesAt9(headers)).toBe(false)
  })
})

describe('a posted form', () => {
  const form = () => {
    const body = new FormData()
    body.set(`$ACTION_ID_${'a1'.repeat(21)}`, '')
    body.set('fullName', 'Alice')
    return body
  }
  const post = (path: string, headers: Record<string, string>, body?: BodyInit) =>
    ask(path, { cookie, origin: site, ...headers }, body === undefined ? { method: 'POST' } : { method: 'POST', body })

  test('passes if a page of this site sent it', async () => {
    expect(goesOn(await post('/profile/edit', {}, form()))).toBe(true)
  })

  test.each([
    [{ origin: 'https://evil.test' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:3001' }],
    [{ origin: site, 'sec-fetch-site': 'same-site' }],
  ])('is refused from elsewhere: %j', async (headers) => {
    expect((await post('/profile/edit', headers, form())).status).toBe(403)
  })

  test('is rejected if it is unparsable, too large, or no form', async () => {
    const type = 'multipart/form-data; boundary=x'
    expect((await post('/login', { 'content-type': type }, 'garbage')).status).toBe(400)
    const foreign = new FormData()
    foreign.set('0', '["$1:a:a"]')
    expect((await post('/login', { 'next-action': 'a1'.repeat(21) }, foreign)).status).toBe(400)
    expect((await post('/login', { 'content-length': '600000' }, form())).status).toBe(413)
    expect((await post('/login', { 'transfer-encoding': 'chunked' }, form())).status).toBe(411)
    expect((await post('/login', { 'content-type': 'application/json' }, '{}')).status).toBe(415)
  })

  test.each(['/api/unknown', '/api/session/x', '/api/', '/api', '/API/session', '/logout/x', '/no-such-page'])(
    'is checked on %s too, which has no handler',
    async (path) => {
      const action = { 'next-action': 'a1'.repeat(21) }
      const foreign = new FormData()
      foreign.set('0', '["$1:a:a"]')
      expect((await post(path, action, foreign)).status).toBe(400)
      expect((await post(path, { 'content-type': 'text/plain' }, 'x')).status).toBe(415)
    },
  )

  test('may be JSON for a handler', async () => {
    const json = { 'content-type': 'application/json' }
    for (const path of handlerPaths) expect(goesOn(await post(path, json, '{}')), path).toBe(true)
  })

  test('of a logged-out user redirects to the log-in page by GET', async () => {
    opened.advance(minutes(11))
    const response = await post('/profile/edit', {}, form())
    expect(response.status).toBe(303)
    expect(locationOf(response)).toBe('/login?next=%2Fprofile%2Fedit&reason=idle')
  })
})

describe('a store that cannot be opened', () => {
  test('rejects all requests [V11.2.5, V16.5.3]', async () => {
    shared[siteKey] = Promise.reject(new Error('the store is away'))
    const response = await ask('/profile', { cookie })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('Not available at the moment')
  })

  test('shows no page to a browser with a cookie, not even a public one, which would fail on the session', async () => {
    await opened.app.stores.close()
    for (const path of ['/login', '/profile']) expect((await ask(path, { cookie })).status).toBe(503)
    expect(goesOn(await ask('/login'))).toBe(true)
  })
})
