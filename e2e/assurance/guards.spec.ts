// Access control in middleware and in pages. Tries all past middleware bypasses and everything in the build while
// logged out: once as deployed, and once without middleware.
import { expect, test } from '#e2e/fixtures.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeActionCall } from '#e2e/support/form-body.ts'
import { type Answer, type Headers, navigationHeaders, type Request } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { isRefusal } from '#e2e/support/refusals.ts'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import { actionForm, pageOf, readSiteActions, siteAction } from '#e2e/support/site-actions.ts'
import { readStoredState, readStoredUsers } from '#e2e/support/store-contents.ts'
import { copyWithoutMiddleware } from '#e2e/support/without-middleware.ts'
import { isPublicRoute, publicActions, publicRoutes } from '#lib/web/guards/public-routes.ts'

const secretName = 'Sentinel Quillfeather'
const subrequest = (name: string) => Array(5).fill(name).join(':')

const bypassHeaders: Record<string, string>[] = [
  { 'x-middleware-subrequest': subrequest('middleware') },
  { 'x-middleware-subrequest': subrequest('src/middleware') },
  { 'x-middleware-subrequest': subrequest('proxy') },
  { 'next-router-prefetch': '1' },
  { purpose: 'prefetch' },
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
  {
    rsc: '1',
    'next-router-state-tree': encodeURIComponent('["",{"children":["(member)",{"children":["profile",{}]}]}]'),
  },
  { 'next-router-segment-prefetch': '/_tree' },
  { 'x-middleware-prefetch': '1' },
  { 'x-nextjs-data': '1' },
  { 'x-matched-path': '/login' },
  { 'x-now-route-matches': '1' },
  { 'x-invoke-path': '/login' },
  { 'x-original-url': '/login' },
  { 'x-rewrite-url': '/login' },
  { 'x-nextjs-rewritten-path': '/login' },
  { 'next-url': '/login' },
  { 'x-invoke-output': '/login' },
  { 'x-forwarded-uri': '/login' },
]

const bypassPaths = [
  '/profile.rsc',
  '/profile.segments/_tree.segment.rsc',
  '/profile.segments/profile/__PAGE__.segment.rsc',
  '/profile?_rsc=1',
  '/_next/data/x/profile.json',
  '//profile',
  '/profile/',
  '/PROFILE',
  '/%70rofile',
  '/profile%2f',
  '/./profile',
  '/x/../profile',
  '/login/../profile',
  '/_next/static/../../profile',
  '/_next/static/%2e%2e/%2e%2e/profile',
  '/profile;a',
  '/profile;a.js',
  '/profile/a.css',
  '/en/profile',
  '/profile?nxtPpath=login',
  '/login.segments/profile/__PAGE__.segment.rsc',
]

const pagesWithActions = [...new Set(readSiteActions().map((action) => pageOf(action, 'x')))]

const doors: Record<string, () => Promise<{ server: TestServer; dispose: () => Promise<void> }>> = {
  'as deployed': async () => {
    const server = await startServer()
    return { server, dispose: server.dispose }
  },
  'without middleware': async () => {
    const copy = await copyWithoutMiddleware()
    const server = await startServer({ projectDir: copy.dir })
    return { server, dispose: () => server.dispose().then(copy.remove) }
  },
}

for (const [name, open] of Object.entries(doors)) {
  test.describe(name, () => {
    let server: TestServer
    let dispose: () => Promise<void>
    /** No session, and an expired session with an intact cookie. */
    let outsiders: Client[]

    test.beforeAll(async () => {
      ;({ server, dispose } = await open())
      const owner = new Client(server.url)
      await owner.signUp()
      await owner.submit('/profile/edit', 'Save profile', { fullName: secretName, bio: '', age: '' })
      expect((await owner.open('/profile')).text).toContain(secretName)
      const ended = owner.copy()
      await owner.logOut()
      outsiders = [new Client(server.url), ended]
    })

    test.afterAll(() => dispose())

    async function refuses(what: string, request: (outsider: Client) => Promise<Answer>, ...othersAllowed: number[]) {
      for (const outsider of outsiders) {
        const answer = await request(outsider.copy())
        expect.soft(answer.text, what).not.toContain(secretName)
        const refused = isRefusal(answer) || othersAllowed.includes(answer.status)
        expect.soft(refused, `${what} → ${answer.status} ${answer.location}\n${answer.text.slice(0, 300)}`).toBe(true)
      }
    }

    /**
     * Repeats the request at the URL that Next redirects to, for example with the right `_rsc`, until the guard
     * answers.
     */
    async function pursue(outsider: Client, request: Request): Promise<Answer> {
      let answer = await outsider.send(request)
      for (let step = 0; step < 3 && answer.location !== null && !isRefusal(answer); step++) {
        const { pathname, search } = new URL(answer.location, server.url)
        answer = await outsider.send({ ...request, path: pathname + search })
      }
      return answer
    }

    test('no header bypasses it [T1, T2]', async () => {
      for (const headers of bypassHeaders) {
        await refuses(`GET /profile with ${JSON.stringify(headers)}`, (outsider) =>
          pursue(outsider, { path: '/profile', headers }),
        )
        await refuses(`opening / with ${JSON.stringify(headers)}`, (outsider) =>
          pursue(outsider, { path: '/', headers: { ...navigationHeaders, ...headers } }),
        )
      }
    })

    test('no spelling of the URL bypasses it [T1]', async () => {
      for (const path of bypassPaths) {
        await refuses(`GET ${path}`, (outsider) => pursue(outsider, { path }))
        await refuses(`router’s GET ${path}`, (outsider) => pursue(outsider, { path, headers: { rsc: '1' } }))
      }
    })

    test('every route of the build is on the public list or rejects [V8.2.1, T1]', async () => {
      const routes = readRoutes()
      expect(routes.map((route) => route.path)).toEqual(
        expect.arrayContaining([
          '/',
          '/profile',
          '/profile/edit',
          '/security',
          '/security/password',
          '/confirm',
          '/login',
        ]),
      )
      for (const { path, isHandler } of routes) {
        if (isPublicRoute(path)) continue
        await refuses(`GET ${path}`, (outsider) => outsider.open(path))
        await refuses(`router’s GET ${path}`, (outsider) => pursue(outsider, { path, headers: { rsc: '1' } }))
        for (const method of isHandler ? ['POST', 'PUT', 'PATCH', 'DELETE'] : []) {
          await refuses(`${method} ${path}`, (outsider) => outsider.fetch(path, { method }), 405, 415)
        }
      }
    })

    test('every public route exists and reveals no user data', async () => {
      const built = readRoutes().map((route) => route.path)
      for (const path of publicRoutes) {
        expect(built, `${path} is listed as public and should exist`).toContain(path)
        for (const outsider of outsiders) {
          const { status, text, location } = await outsider.copy().open(path)
          expect(text, path).not.toContain(secretName)
          // A step without the one before it leads back.
          const isLedOn = status === 307 && isPublicRoute(new URL(location ?? '', server.url).pathname)
          if (!isLedOn) expect([200, 401, 405], path).toContain(status)
        }
      }
    })

    test('every action of the build is on the public list or rejects, called from its page or a public one [V8.2.1, V8.3.1, T4]', async () => {
      const actions = readSiteActions()
      expect(actions.map((action) => action.name)).toEqual(expect.arrayContaining([...publicActions]))
      const users = await readStoredUsers(server.store)
      for (const { id, name: action, fields } of actions) {
        if (publicActions.includes(action)) continue
        for (const path of ['/', ...pagesWithActions, '/nowhere']) {
          const call = encodeActionCall(fields)
          const byScript = { method: 'POST', body: call.body, headers: { ...call.headers, 'next-action': id } }
          await refuses(`${action} called from ${path}`, (outsider) => outsider.fetch(path, byScript))

          const form = actionForm(id)
          await refuses(`${action} posted to ${path}`, (outsider) => outsider.post({ path, form }, fields))
        }
      }
      expect(await readStoredUsers(server.store)).toBe(users)
    })

    test('no action works for another site’s page, for any user [V3.5.1, T5]', async () => {
      const [admin, member] = [new Client(server.url), new Client(server.url)]
      // Where middleware would have added it.
      const [, token = ''] = (await server.setUpPath()).split('token=')
      admin.cookies.set('mailed-setup', token)
      const person = makePerson()
      await admin.submit('/setup', 'Create administrator', { ...person, confirmPassword: person.password })
      expect((await admin.readSession())?.user.role).toBe('admin')
      await member.signUp()
      // The page of an enrolment stores its key when it is first shown.
      for (const client of [admin, member]) await client.open('/security/two-factor')
      const evil = 'https://evil.test'
      const foreign: Headers[] = [
        { origin: evil, 'sec-fetch-site': 'cross-site' },
        { origin: evil, 'sec-fetch-site': undefined, host: 'evil.test', 'x-forwarded-host': 'evil.test' },
        { origin: 'null', 'sec-fetch-site': undefined },
        { origin: undefined, 'sec-fetch-site': undefined },
      ]
      const before = await readStoredState(server.store)
      for (const site of readSiteActions()) {
        const { id, name: action } = site
        const client = action.startsWith('app/(admin)') ? admin : member
        const page = pageOf(site, 'x')
        const fields = [...(await client.formToken()), ...site.fields]
        for (const headers of foreign) {
          const answer = await client.copy().post({ path: page, form: actionForm(id) }, fields, headers)
          const set = (answer.headers['set-cookie'] ?? []).join()
          expect.soft(set, `${action} with ${JSON.stringify(headers)}`).not.toContain('session=')
        }
      }
      expect(await readStoredState(server.store)).toBe(before)
      expect(await member.isSignedIn()).toBe(true)
    })

    test('the same calls do change something for a logged-in user', async () => {
      const member = new Client(server.url)
      await member.signUp()
      const { id, fields } = siteAction('saveProfile')
      const form = actionForm(id)
      await member.post({ path: '/profile/edit', form }, fields)
      expect((await member.open('/profile')).text).not.toContain('Written by nobody')
      await member.post({ path: '/profile/edit', form }, [...(await member.formToken()), ...fields])
      expect((await member.open('/profile')).text).toContain('Written by nobody')
    })
  })
}

test('the copy really has no middleware', async ({ server, startOwnServer }) => {
  const copy = await copyWithoutMiddleware()
  const bare = await startOwnServer({ projectDir: copy.dir })
  // Only middleware answers an unknown form encoding with 415, and redirects with 303 where a page uses 307.
  const request = {
    method: 'POST',
    path: '/login',
    headers: { ...navigationHeaders, 'content-type': 'text/csv' },
    body: 'a,b',
  }
  const post = (url: string) => new Client(url).send({ ...request, headers: { ...request.headers, origin: url } })
  expect((await post(server.url)).status).toBe(415)
  expect((await post(bare.url)).status).not.toBe(415)

  expect((await new Client(server.url).open('/profile')).status).toBe(303)
  expect((await new Client(bare.url).open('/profile')).status).toBe(307)
  await bare.stop()
  await copy.remove()
})
