// A database that is disconnected, hangs or is stopped: the site reports it, lets nobody log in, keeps the input, and
// recovers by itself.
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { seconds } from '#e2e/support/durations.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import { send } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { runToExit } from '#e2e/support/server-process.ts'
import { expectProfile, fillSignUp, goTo, logIn, logOut, saveProfile, signUp } from '#e2e/support/site.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'
import { makePostgresStore, type TestStore } from '#e2e/support/test-store.ts'
import { createDatabase, startPostgres } from '#lib/stores/sql/postgres-for-test.ts'
import { startTcpProxy, type TcpProxy } from '#lib/stores/sql/tcp-proxy-for-test.ts'

const everywhere = { tag: ['@postgres', '@no-javascript'] }
const notSaved = 'This could not be saved.'
const unavailable = 'Not available at the moment'
const written = { fullName: 'Zoë Quist-O’Hara', bio: 'Two\nlines', age: '41' }
/** The driver allows 5 s each for a connection and a statement; the rest is for a busy machine. */
const answeredWithin = seconds(30)

let store: TestStore
/** A proxy between the server and its database. */
let line: TcpProxy
let server: TestServer
const readiness = () => send(server.url, { path: '/readyz' })
const backAgain = async () => {
  line.mend()
  await expect.poll(async () => (await readiness()).status, { timeout: seconds(30) }).toBe(200)
}

test.describe('a database outage', { tag: '@postgres' }, () => {
  test.beforeEach(async ({ startOwnServer, expectedNoise }) => {
    expectedNoise.push(/503 \(Service Unavailable\)/)
    store = await makePostgresStore()
    line = await startTcpProxy(store.settings.DATABASE_URL ?? '')
    server = await startOwnServer({ store: { ...store, settings: { DATABASE_URL: line.url } }, expectFaults: true })
  })

  test.afterEach(async ({ context }) => {
    // Close pages before the server stops: a page that still loads its icon would log an error.
    await context.close()
    await server.dispose()
    await line.close()
    await store.remove()
  })

  test(
    'pages that need it answer 503 with a calm page, and work again for the same session',
    everywhere,
    async ({ page, context }) => {
      await signIn(context, server.url)
      await page.goto(`${server.url}/profile`)
      line.cut()
      for (const path of ['/profile', '/', '/profile/edit', '/login', '/signup', '/nowhere']) {
        const response = await page.goto(server.url + path)
        expect(response?.status(), path).toBe(503)
        expect(response?.headers()['retry-after'], path).toMatch(/^\d+$/)
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(unavailable)
        expect(await page.content(), path).not.toMatch(/postgres|127\.0\.0\.1|ECONN|Error/)
      }
      await backAgain()
      const response = await page.goto(`${server.url}/profile`)
      expect(response?.status()).toBe(200)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile')
    },
  )

  test('leaves visitors the pages that need no record', everywhere, async ({ page }) => {
    line.cut()
    for (const [path, title] of [
      ['/login', 'Log in'],
      ['/signup', 'Sign up'],
    ] as const) {
      expect((await page.goto(server.url + path))?.status()).toBe(200)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
    }
    await page.goto(`${server.url}/profile`)
    await expect(page).toHaveURL(`${server.url}/login?next=%2Fprofile`)
  })

  test('shows the same error page for a link in an open page', everywhere, async ({ page, context }) => {
    await signIn(context, server.url)
    await page.goto(`${server.url}/`)
    await page.waitForLoadState('networkidle')
    line.cut()
    await goTo(page, 'Profile')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(unavailable)
    await backAgain()
    await page.goto(`${server.url}/`)
    await goTo(page, 'Profile')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile')
  })

  test(
    'a sign-up says that nothing was saved, keeps what was typed, and can be sent again',
    everywhere,
    async ({ page, javaScriptEnabled }) => {
      const person = makePerson()
      await page.goto(`${server.url}/signup`)
      line.cut()
      await signUp(page, person)
      await expect(page.getByRole('alert').filter({ hasText: notSaved })).toBeVisible()
      await expect(page.getByLabel('Username')).toHaveValue(person.username)
      expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('session')

      await backAgain()
      expect(await findStoredUser(store.location, person.username)).toBeNull()
      // A page rendered by the server never contains a password.
      if (javaScriptEnabled === false) await fillSignUp(page, person)
      await page.getByRole('button', { name: 'Sign up' }).click()
      await expect(page).toHaveURL(`${server.url}/`)
      expect(await findStoredUser(store.location, person.username)).not.toBeNull()
    },
  )

  test(
    'nobody can log in, with the right password or a wrong one, until it is back [V16.5.2, V16.5.3]',
    everywhere,
    async ({ page }) => {
      const person = await new Client(server.url).signUp()
      await page.goto(`${server.url}/login`)
      line.cut()
      for (const password of [person.password, 'wrong']) {
        await logIn(page, { ...person, password })
        await expect(page.getByRole('alert').filter({ hasText: notSaved })).toBeVisible()
        await expect(page.getByLabel('Username')).toHaveValue(person.username)
        expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('session')
      }
      await backAgain()
      await logIn(page, person)
      await expect(page).toHaveURL(`${server.url}/`)
    },
  )

  test('keeps profile input on the page, which can be saved afterwards', async ({ page, context }) => {
    const { username } = await signIn(context, server.url)
    await page.goto(`${server.url}/profile/edit`)
    line.cut()
    await saveProfile(page, written)
    await expect(page.getByRole('main').getByRole('alert')).toContainText('What you typed is still here')
    await expect(page.getByLabel('Full name')).toHaveValue(written.fullName)
    await expect(page.getByLabel('Bio')).toHaveValue(written.bio)

    await backAgain()
    expect((await findStoredUser(store.location, username))?.profile.fullName).toBe('')
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expectProfile(page, written)
  })

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false })

    test('a posted profile gets 503, and the same POST, sent again, saves it', async ({ page, context }) => {
      await signIn(context, server.url)
      await page.goto(`${server.url}/profile/edit`)
      line.cut()
      await saveProfile(page, written)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(unavailable)
      await backAgain()
      await page.reload()
      await expectProfile(page, written)
    })
  })

  test(
    'a log-out clears the browser, says that the end is not recorded yet, and records it when it can',
    everywhere,
    async ({ page, context }) => {
      await signIn(context, server.url)
      const thief = new Client(server.url)
      await thief.takeCookies(context)
      await page.goto(`${server.url}/profile`)
      line.cut()
      await logOut(page)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('This browser is logged out')
      expect((await context.cookies()).map(({ name }) => name)).not.toContain('session')

      await backAgain()
      await expect.poll(() => thief.isSignedIn(), { timeout: seconds(30) }).toBe(false)
      expect((await thief.open('/profile')).location).toContain('reason=signed-out')
    },
  )

  test('readiness reports the outage and its end, and the process stays alive', async () => {
    expect((await readiness()).status).toBe(200)
    line.cut()
    await expect.poll(async () => (await readiness()).status).toBe(503)
    const { text } = await readiness()
    expect(JSON.parse(text)).toEqual({ status: 'unavailable', reason: expect.stringMatching(/^store_unavailable/) })
    expect(text).not.toMatch(/postgres:|127\.0\.0\.1|gatehouse/)
    expect((await send(server.url, { path: '/healthz' })).status).toBe(200)
    await backAgain()
  })

  test('a hanging database delays no request for long, and the site continues when it answers again', async () => {
    const member = new Client(server.url)
    const person = await member.signUp()
    const visitor = new Client(server.url)
    const forms = {
      logIn: await visitor.findForm('/login', 'Log in'),
      signUp: await visitor.findForm('/signup', 'Sign up'),
      edit: await member.findForm('/profile/edit', 'Save profile'),
      logOut: await member.findForm('/profile', 'Log out'),
    }
    const newcomer = makePerson()
    line.silence()
    const requests = {
      page: () => member.copy().open('/profile'),
      'session asked by script': () => member.copy().fetch('/api/session'),
      'log-in': () => visitor.copy().post(forms.logIn, Object.entries({ ...person })),
      'sign-up': () =>
        visitor.copy().post(forms.signUp, Object.entries({ ...newcomer, confirmPassword: newcomer.password })),
      'profile saved': () => member.copy().post(forms.edit, Object.entries(written)),
      readiness,
    }
    const health = await send(server.url, { path: '/healthz' })
    expect(health.status).toBe(200)
    for (let round = 0; round < 2; round++) {
      await Promise.all(
        Object.entries(requests).map(async ([what, request]) => {
          const began = performance.now()
          const answer = await request()
          expect.soft(performance.now() - began, what).toBeLessThan(answeredWithin)
          expect.soft(answer.headers['set-cookie'], what).toBeUndefined()
          const isHonest = answer.status === 503 || textOf(answer.text).includes(notSaved)
          expect.soft(isHonest, `${what} → ${answer.status} ${textOf(answer.text).slice(0, 200)}`).toBe(true)
        }),
      )
    }
    const began = performance.now()
    const leaving = await member.copy().post(forms.logOut, [])
    expect(performance.now() - began).toBeLessThan(answeredWithin)
    expect(textOf(leaving.text)).toContain('This browser is logged out')

    await backAgain()
    await expect.poll(() => member.isSignedIn(), { timeout: seconds(30) }).toBe(false)
    await new Client(server.url).logIn(person)
    expect(await findStoredUser(store.location, newcomer.username)).toBeNull()
  })

  test('a start without the database fails with one line that names its location, without the password', async () => {
    line.cut()
    const exit = await runToExit({ DATA_DIR: server.dataDir, DATABASE_URL: line.url }, { withinMs: seconds(30) })
    expect(exit.code).toBe(1)
    expect(exit.stderr.trim().split('\n')).toHaveLength(1)
    expect(exit.stderr).toContain(new URL(line.url).host)
    expect(exit.stderr + exit.stdout).not.toContain(new URL(line.url).password)
  })
})

test.describe('a database server that is stopped and started', { tag: '@postgres' }, () => {
  test('is reported while it is down and used again afterwards', async ({ startOwnServer }) => {
    const postgres = await startPostgres()
    const { url } = await createDatabase(postgres.adminUrl)
    const own = {
      location: { driver: 'postgres', url },
      settings: { DATABASE_URL: url },
      remove: postgres.stop,
    } as const
    server = await startOwnServer({ store: own, expectFaults: true })
    const client = new Client(server.url)
    const person = await client.signUp()
    for (const end of [postgres.halt, postgres.kill]) {
      await end()
      expect((await client.open('/profile')).status).toBe(503)
      await expect.poll(async () => (await readiness()).status).toBe(503)
      await postgres.resume()
      await expect.poll(async () => (await readiness()).status, { timeout: seconds(30) }).toBe(200)
      expect(await client.isSignedIn()).toBe(true)
      expect((await new Client(server.url).logIn(person)).location).toBe('/')
    }
    await server.stop()
    await own.remove()
  })
})
