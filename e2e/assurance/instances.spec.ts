// Two servers on one PostgreSQL behind a proxy without session affinity: users see one site.
import { globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { test as base, expect } from '#e2e/fixtures.ts'
import { type BuiltCopy, buildApart } from '#e2e/support/build-apart.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { servedBy } from '#e2e/support/round-robin.ts'
import { expectProfile, fillLogIn, goTo, isPostedForm, logIn, logOut, saveProfile, signUp } from '#e2e/support/site.ts'
import { countStoredSessions, findStoredUser } from '#e2e/support/store-contents.ts'
import { makeSecret, startTwoInstances, type TwoInstances } from '#e2e/support/two-instances.ts'

interface BuiltApart {
  one: BuiltCopy
  two: BuiltCopy
  /** Known to both builds. */
  sessionSecret: string
}

const test = base.extend<object, { site: TwoInstances; built: BuiltApart }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
    async ({}, use) => {
      const site = await startTwoInstances()
      await use(site)
      for (const server of [site.a, site.b]) await server.stop()
      await site.dispose()
      for (const server of [site.a, site.b]) expect(server.faults(), 'errors in an instance’s log').toEqual([])
    },
    { scope: 'worker' },
  ],
  built: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
    async ({}, use) => {
      const sessionSecret = makeSecret()
      const [one, two] = [
        await buildApart({ SESSION_SECRET: sessionSecret }, { beside: everybodysData, standalone: true }),
        await buildApart({ SESSION_SECRET: sessionSecret }),
      ]
      await use({ one, two, sessionSecret })
      await Promise.all([one.remove(), two.remove()])
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  baseURL: async ({ site }, use) => use(site.origin),
})

const theirs = 'what people entrusted to the site'
/** Files as a used site and its operator leave them: wherever DATA_DIR and DATABASE_URL may point, with copies. */
const everybodysData = Object.fromEntries(
  [
    ...['secret', 'users.json', 'sessions.json', 'tokens.json', 'audit.jsonl', 'lock', 'users.streamlit.json'],
    ...['outbox/1.eml', 'gatehouse.db', 'gatehouse.db-wal', 'gatehouse.db-shm', 'backups/monday.json'],
  ]
    .flatMap((name) => [`data/${name}`, `var/lib/[gatehouse]/${name}`, name])
    .concat('.env', '.env.production', '.env.local', 'test-results/vitest.json', 'app/users.json', 'lib/data/secret')
    .map((name) => [name, name.startsWith('.env') ? `NOTE="${theirs}"\n` : `${theirs}, and more of it\n`]),
)

const everywhere = { tag: ['@postgres', '@no-javascript'] }
const written = { fullName: 'Zoë Quist-O’Hara', bio: 'Keeps the lamp lit.\n\nAsk for the key.', age: '41' }

/** The same user's cookies on either instance. */
function atBoth(site: TwoInstances): { atA: Client; atB: Client } {
  const atA = new Client(site.origin, site.a.address)
  return { atA, atB: atA.copy(site.b.address) }
}

function reasonOf({ location }: Answer): string | null {
  return new URL(location ?? '', 'http://relative.invalid').searchParams.get('reason')
}

test.describe('two instances', { tag: '@postgres' }, () => {
  test.beforeEach(({ site }) => site.alternate())

  test('a user’s whole journey passes through both, request by request', everywhere, async ({ page, site }) => {
    const person = makePerson()
    const served = new Set<string | undefined>()
    page.on('response', (response) => served.add(response.headers()[servedBy]))

    await page.goto('/')
    await page.getByRole('link', { name: 'Sign up' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign up')
    await signUp(page, person)
    await expect(page).toHaveURL('/')
    await goTo(page, 'Profile')
    await page.getByRole('link', { name: 'Edit profile' }).click()
    await saveProfile(page, written)
    await expect(page.getByRole('status').filter({ hasText: 'Profile saved.' })).toBeVisible()
    await expectProfile(page, written)

    await logOut(page)
    await expect(page.getByRole('status')).toContainText('You are logged out.')
    await page.goto('/profile')
    await logIn(page, person)
    await expectProfile(page, written)
    expect([...served].sort()).toEqual([site.a.address, site.b.address].sort())
  })

  test('a session of one is valid on the other, and a log-out there ends it here at once [V7.4.1, T17]', async ({
    site,
  }) => {
    const { atA } = atBoth(site)
    const person = await atA.signUp()
    await atA.logOut()
    await atA.logIn(person)
    const atB = atA.copy(site.b.address)
    expect((await atB.open('/profile')).status).toBe(200)

    expect((await atA.logOut()).status).toBe(303)
    const refused = await atB.open('/profile')
    expect(refused.status).toBe(303)
    expect(reasonOf(refused)).toBe('signed-out')
    expect((await atB.fetch('/api/session')).status).toBe(401)
    expect((await atB.fetch('/api/session/activity', { method: 'POST' })).status).toBe(401)
  })

  test('a session just used on the other is rejected as soon as it is ended here', async ({ site }) => {
    for (let round = 0; round < 10; round++) {
      const [first, second] = round % 2 === 0 ? [site.a, site.b] : [site.b, site.a]
      const here = new Client(site.origin, first.address)
      await here.signUp()
      const there = here.copy(second.address)
      const form = await there.findForm('/profile', 'Log out')
      await Promise.all([there.open('/profile'), here.open('/profile')])
      await there.post(form, [])
      expect(await here.isSignedIn(), `round ${round}`).toBe(false)
      expect((await here.open('/')).status).toBe(303)
    }
  })

  test('both agree on the idle timeout, whichever the user acted on [V7.3.1, T19]', async ({ site }) => {
    const { atA } = atBoth(site)
    await atA.signUp()
    const atB = atA.copy(site.b.address)
    await site.advance(seconds(599))
    expect((await atB.open('/profile')).status).toBe(200)
    await site.advance(seconds(599))
    expect((await atA.open('/profile')).status, 'the act on B counts on A').toBe(200)
    expect((await atA.readSession())?.idleDeadline).toBe((await atB.readSession())?.idleDeadline)

    await site.advance(seconds(600))
    const refused = await atB.open('/profile')
    expect(reasonOf(refused)).toBe('idle')
    expect(reasonOf(await atA.open('/profile'))).toBe('idle')
  })

  test('both agree on the absolute timeout [V7.3.2, T19]', async ({ site }) => {
    const { atA } = atBoth(site)
    const { username } = await atA.signUp()
    const atB = atA.copy(site.b.address)
    for (let passed = 9; passed <= 711; passed += 9) {
      await site.advance(minutes(9))
      expect((await (passed % 2 === 0 ? atA : atB).open('/profile')).status, `after ${passed} minutes`).toBe(200)
    }
    await site.advance(minutes(9))
    expect(reasonOf(await atB.open('/profile'))).toBe('expired')
    expect(reasonOf(await atA.open('/profile'))).toBe('expired')
    const user = await findStoredUser(site.store.location, username)
    expect(await countStoredSessions(site.store.location, user?.id ?? '')).toBe(0)
  })

  test('a password change on one ends the other sessions on the other at once, and the old password works nowhere', async ({
    site,
  }) => {
    const { atA, atB } = atBoth(site)
    const person = await atA.signUp()
    await atB.logIn(person)
    const { password } = makePerson()
    const changed = { currentPassword: person.password, password, confirmPassword: password }
    await atA.submit('/security/password', 'Change password', changed)
    expect(reasonOf(await atB.open('/profile'))).toBe('password-changed')
    expect((await atA.copy(site.b.address).open('/profile')).status, 'who changed it stays in, on both').toBe(200)
    await atB.logIn(person)
    expect(await atB.isSignedIn()).toBe(false)
    await atB.logIn({ ...person, password })
    expect(await atB.isSignedIn()).toBe(true)
  })

  test('a profile saved on one is visible on the other at once', async ({ site }) => {
    const { atA } = atBoth(site)
    await atA.signUp()
    const atB = atA.copy(site.b.address)
    for (const fullName of ['First', 'Second', 'Third']) {
      await atA.submit('/profile/edit', 'Save profile', { fullName, bio: '', age: '' })
      expect(textOf((await atB.open('/profile')).text)).toContain(fullName)
      expect(textOf((await atB.open('/')).text)).toContain(fullName)
    }
  })

  test('a form rendered by one can be posted to the other [T15]', everywhere, async ({ page, site }) => {
    const { a, b, proxy } = site
    const person = makePerson()
    const renderedBy = async (address: string, path: string) => {
      proxy.sendTo(address)
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      proxy.sendTo(address === a.address ? b.address : a.address)
    }
    await renderedBy(a.address, '/signup')
    await signUp(page, person)
    await expect(page).toHaveURL('/')
    await renderedBy(b.address, '/profile/edit')
    await saveProfile(page, written)
    await expectProfile(page, written)
    await renderedBy(a.address, '/')
    await logOut(page)
    await expect(page).toHaveURL('/login?reason=signed-out')
    await renderedBy(b.address, '/login?next=%2Fprofile')
    await fillLogIn(page, { ...person, password: 'wrong' })
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'The username or password is wrong.' })).toBeVisible()
    await logIn(page, person)
    await expectProfile(page, written)
  })

  test('a chosen colour scheme and a browser’s language hold on both', everywhere, async ({ page, site }) => {
    await page.goto('/login')
    const remembered = page.waitForResponse(isPostedForm)
    await page.getByRole('group', { name: 'Colours' }).getByRole('button', { name: 'Dark' }).click()
    await remembered
    await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true')
    const languages = new Set<string | null>()
    for (const { address } of [site.a, site.b]) {
      site.proxy.sendTo(address)
      await page.goto('/signup')
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
      languages.add(await page.locator('html').getAttribute('lang'))
    }
    expect(languages.size).toBe(1)
  })

  test('a username requested from both concurrently is given once [V15.4.2]', async ({ site }) => {
    for (let round = 0; round < 10; round++) {
      const person = makePerson()
      const clients = [site.a, site.b, site.a, site.b].map(({ address }) => new Client(site.origin, address))
      const forms = await Promise.all(clients.map((client) => client.findForm('/signup', 'Sign up')))
      const answers = await Promise.all(
        clients.map((client, index) => {
          const form = forms[index]
          if (!form) throw new Error('A form for each was found above')
          // Each with another password: the winner's is the one that counts.
          const password = `${person.password} ${index}`
          return client.post(form, Object.entries({ ...person, password, confirmPassword: password }))
        }),
      )
      const winners = answers.flatMap((answer, index) => (answer.location === null ? [] : [index]))
      expect(winners, `round ${round}`).toHaveLength(1)
      for (const answer of answers.filter(({ location }) => location === null)) {
        expect(textOf(answer.text)).toContain('That username is taken.')
      }
      const winner = { ...person, password: `${person.password} ${winners[0]}` }
      expect((await new Client(site.origin).logIn(winner)).location).toBe('/')
    }
  })

  test('when one is killed the site continues, with everybody logged in', async () => {
    const site = await startTwoInstances()
    const client = new Client(site.origin)
    const person = await client.signUp()
    await site.a.kill()
    for (let request = 0; request < 4; request++) expect((await client.open('/profile')).status).toBe(200)
    await client.submit('/profile/edit', 'Save profile', written)
    await client.logOut()
    await client.logIn(person)
    expect(textOf((await client.open('/profile')).text)).toContain(written.fullName)

    await site.a.restart()
    site.proxy.sendTo(site.a.address)
    expect(await client.isSignedIn(), 'on the one that came back').toBe(true)
    await site.dispose()
    for (const server of [site.a, site.b]) expect(server.faults()).toEqual([])
  })
})

test.describe('two instances that were built apart', { tag: '@postgres' }, () => {
  /** Shows the page of one build and posts to the other. */
  async function showFromA(page: Page, { proxy, a, b, origin }: TwoInstances, path: string): Promise<void> {
    proxy.sendTo(a.address)
    await page.goto(origin + path)
    await page.waitForLoadState('networkidle')
    proxy.sendTo(b.address)
  }

  test('do not contain the secret of their build [V13.3.1]', ({ built }) => {
    const { one, sessionSecret } = built
    const files = globSync('.next/**/*', { cwd: one.dir, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(100)
    const holding = files.filter((entry) =>
      readFileSync(path.join(entry.parentPath, entry.name)).includes(sessionSecret),
    )
    expect(holding.map(({ name }) => name)).toEqual([])
  })

  test('contain what a site needs to run and nothing of what is beside the sources', ({ built }) => {
    const { dir } = built.one
    const traces = globSync('.next/**/*.nft.json', { cwd: dir, exclude: ['.next/standalone/**'] })
    expect(traces.length).toBeGreaterThan(30)
    for (const trace of traces) {
      const { files }: { files: string[] } = JSON.parse(readFileSync(path.join(dir, trace), 'utf8'))
      const taken = files.map((file) => path.relative(dir, path.resolve(dir, trace, '..', file)))
      const strange = taken.filter((file) => !/^(\.next|node_modules)\/|^package\.json$/.test(file))
      expect.soft(strange, trace).toEqual([])
    }
    expect(readdirSync(path.join(dir, '.next/standalone')).toSorted()).toEqual([
      '.next',
      'node_modules',
      'package.json',
      'server.js',
    ])
    const own = globSync(['.next/**/*', '.next-*/**/*'], { cwd: dir, withFileTypes: true })
    const holding = own
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/node_modules/'))
      .filter((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes(theirs))
    expect(holding.map(({ name }) => name)).toEqual([])
  })

  // Not by project, as elsewhere: one worker makes the builds for all of these.
  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      test.use({ javaScriptEnabled })

      test('a form of one can be posted to the other when both builds had the secret [T15]', async ({
        page,
        built,
      }) => {
        const { one, two, sessionSecret } = built
        const site = await startTwoInstances({ projectDirs: [one.dir, two.dir], sessionSecret })
        await showFromA(page, site, '/signup')
        await signUp(page, makePerson())
        await expect(page).toHaveURL(`${site.origin}/`)
        await showFromA(page, site, '/profile/edit')
        await saveProfile(page, { ...written, age: 'old' })
        await expect(page.getByLabel('Age')).toHaveAttribute('aria-invalid', 'true')
        await saveProfile(page, written)
        await expectProfile(page, written)

        await page.context().close()
        await site.dispose()
        for (const server of [site.a, site.b]) expect(server.faults()).toEqual([])
      })

      test('a form of a build with another key is rejected and changes nothing [T15]', async ({
        page,
        built,
        expectedNoise,
      }) => {
        expectedNoise.push(/409 \(Conflict\)/)
        // The project's own build does not know this secret.
        const { one, sessionSecret } = built
        const site = await startTwoInstances({ projectDirs: [one.dir, undefined], sessionSecret })
        const person = makePerson()
        await showFromA(page, site, '/signup')
        await signUp(page, person)
        if (javaScriptEnabled) {
          await expect(page.getByRole('alert').filter({ hasText: 'reload the page' })).toBeVisible()
          await expect(page.getByLabel('Username')).toHaveValue(person.username)
        } else {
          // Next's own message, because it answers before any of our pages.
          await expect(page.getByText('Server Action unavailable.')).toBeVisible()
        }
        expect(await findStoredUser(site.store.location, person.username)).toBeNull()
        await page.context().close()
        await site.dispose()
      })
    })
  }
})
