// What the site leaves in a browser: cookies bound to the site, and nothing worth stealing.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '#e2e/fixtures.ts'
import { logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { navigationHeaders } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { fillLogIn, logOut } from '#e2e/support/site.ts'

test('every cookie is Secure, host-only, HttpOnly, SameSite on purpose, and small [V3.3.1, V3.3.2, V3.3.3, V3.3.4, V3.3.5]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const origin = 'https://accounts.example.test'
  const server = await startOwnServer({ env: { APP_URL: origin, HOST: '127.0.0.1', LIMITS: 'on' } })
  const lines: string[] = []
  const noting = (client: Client) => {
    const send = client.send.bind(client)
    client.send = async (request) => {
      const answer = await send(request)
      lines.push(...(answer.headers['set-cookie'] ?? []))
      return answer
    }
    return client
  }
  const admin = noting(new Client(origin, server.address))
  const adminPerson = makePerson()
  await admin.open(await server.setUpPath())
  await admin.submit('/setup', 'Create administrator', { ...adminPerson, confirmPassword: adminPerson.password })
  await admin.submit('/account', 'Dark', { theme: 'dark' })
  for (const timeZone of ['Asia/Tokyo', '']) await admin.submit('/account', 'Save', { timeZone })
  const made = await admin.submit('/admin/invitations', 'Invite', { role: 'member', email: '' })
  const [, token = ''] = (admin.cookies.get('__Host-handed-over-invitation') ?? '').split('.')
  expect((await admin.open(made.location ?? '')).text).toContain(token)
  for (const path of ['/reset-password', '/not-me']) await admin.send({ path: `${path}?token=${'a'.repeat(64)}` })
  await admin.send({ path: `/verify-email?code=12345678`, headers: navigationHeaders })
  // A browser that several users share.
  const shared = noting(new Client(origin, server.address))
  await shared.send({ path: `/signup?invitation=${token}` })
  for (let people = 0; people < 9; people += 1) {
    const person = makePerson()
    await shared.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
    await shared.submit('/profile', 'Log out', {})
  }
  await admin.submit('/profile', 'Log out', {})

  const names = new Set(lines.map((line) => line.slice(0, line.indexOf('='))))
  expect([...names].toSorted()).toEqual([
    '__Host-cookie-check',
    '__Host-device',
    '__Host-handed-over-invitation',
    '__Host-mailed-not-me',
    '__Host-mailed-reset-password',
    '__Host-mailed-setup',
    '__Host-mailed-signup',
    '__Host-mailed-verify-email',
    '__Host-session',
    '__Host-theme',
    '__Host-time-zone',
  ])
  for (const line of lines) {
    expect.soft(line).toMatch(/; *Secure(;|$)/i)
    expect.soft(line).toMatch(/; *HttpOnly(;|$)/i)
    expect.soft(line).toMatch(/; *SameSite=(Lax|Strict)(;|$)/i)
    expect.soft(line).toMatch(/; *Path=\/(;|$)/i)
    expect.soft(line).not.toMatch(/; *Domain/i)
    expect.soft((line.split(';')[0] ?? '').length, line.slice(0, 40)).toBeLessThan(4096)
  }
  expect(
    lines.some((line) => line.startsWith('__Host-session=;')),
    'the log-out is among them',
  ).toBe(true)
})

test('a browser contacts only the site, stores nothing of a user, and scripts cannot read the session [V3.3.4, V3.6.1, V14.2.3, V14.3.3]', {
  tag: '@json',
}, async ({ page, server, expectedNoise }) => {
  expectedNoise.push(/404 \(Not Found\)|401 \(Unauthorized\)/)
  const asked = new Set<string>()
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin))
  const admin = await makePersonWith(server, 'admin')
  await page.goto('/login')
  await fillLogIn(page, admin)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page).toHaveURL('/')
  const seal = (await page.context().cookies()).find(({ name }) => name === 'session')?.value ?? ''
  expect(seal).toMatch(/^Fe26/)
  const pages = readRoutes().flatMap(({ path, isHandler }) => (isHandler ? [] : [path.replace('/x', `/${admin.id}`)]))
  for (const path of pages) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect.soft(await page.content(), path).not.toContain(seal)
  }
  await page.goto('/profile/edit')
  await page.getByLabel('Bio').fill('Written, saved and gone')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page).toHaveURL(/saved=1/)
  const kept = () =>
    page.evaluate(async () => ({
      cookies: document.cookie.split('; ').map((pair) => pair.split('=')[0]),
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
    }))
  const nothing = { local: [], session: [], databases: 0, workers: 0 }
  expect(await kept()).toEqual({ ...nothing, cookies: ['tz'] })
  await logOut(page)
  await expect(page).toHaveURL('/login?reason=signed-out')
  expect(await kept()).toEqual({ ...nothing, cookies: ['tz'] })
  expect([...asked]).toEqual([server.url])
})

test('a browser without cookies cannot log in, and gets only that message [V3.7.5]', { tag: '@json' }, async ({
  server,
  newPerson,
}) => {
  const client = new Client(server.url)
  const { location } = await client.logIn(await newPerson())
  expect(location).toBe('/')
  client.cookies.clear()
  for (const path of ['/', '/profile', '/security', '/admin']) {
    expect((await client.open(path)).location).toBe(`/login?next=${encodeURIComponent(path)}`)
    client.cookies.clear()
  }
})

test('script files contain no secret and no user data [V3.5.7]', { tag: '@json' }, async ({ server }) => {
  const person = await makePersonWith(server, 'member')
  const seen = await logInAs(server, person)
  const folder = path.join(projectDir, '.next/static')
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|css|json|map)$/.test(name))
  expect(names.length).toBeGreaterThan(10)
  const manifest = await readFile(path.join(projectDir, '.next/server/server-reference-manifest.json'), 'utf8')
  const { encryptionKey } = JSON.parse(manifest) as { encryptionKey: string }
  expect(encryptionKey.length).toBeGreaterThan(20)
  const secret = (await readFile(path.join(server.dataDir, 'secret'), 'utf8')).trim()
  for (const name of names) {
    const text = await readFile(path.join(folder, name), 'utf8')
    for (const found of [encryptionKey, secret, person.username, person.id])
      expect(text.includes(found), name).toBe(false)
    expect(text, name).not.toMatch(/\$argon2|postgres:\/\/|smtps?:\/\/|SESSION_SECRET|Fe26\.2/)
  }
  // They are the same for every client.
  const served = `/_next/static/${names.find((name) => name.endsWith('.js'))}`
  const [mine, anybodys] = [await seen.fetch(served), await new Client(server.url).fetch(served)]
  expect(mine.status).toBe(200)
  expect(mine.text).toBe(anybodys.text)
})
