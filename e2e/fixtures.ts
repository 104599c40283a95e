// Fixtures of every spec: a server per worker, users, and checks that fail a test on unexpected errors in the browser
// or the server's log.
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { checkTrail } from '#e2e/support/audit-trail.ts'
import { Client } from '#e2e/support/client.ts'
import { cookieBreach } from '#e2e/support/cookie-rule.ts'
import { minutes } from '#e2e/support/durations.ts'
import { holdTime, idleFor } from '#e2e/support/passing-time.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { type ServerOptions, startServer, type TestServer } from '#e2e/support/server.ts'

interface WorkerFixtures {
  /** One server for all tests of a worker. A test that breaks or restarts it takes `startOwnServer`. */
  server: TestServer
}

interface Fixtures {
  /** A minimal HTTP client without JavaScript for exact requests, not logged in. */
  client: Client
  /** Signs up a new user by request. */
  newPerson: () => Promise<Person>
  /** A page whose browser is logged in as a new user. */
  loggedInPage: Page
  /** Advances time in the page and on the server without activity. Request it before the page is opened. */
  idleFor: (ms: number) => Promise<void>
  /** Lets the session's window pass on the server only, so that the page has not noticed. */
  expireSession: () => Promise<void>
  /** A server for this test, stopped afterwards. Errors in its log fail the test without `expectFaults`. */
  startOwnServer: (options?: ServerOptions & { expectFaults?: boolean }) => Promise<TestServer>
  /** Patterns of browser errors that this test causes on purpose. */
  expectedNoise: RegExp[]
  /** Patterns of server errors that this test causes on purpose. */
  expectedFaults: RegExp[]
  quietBrowser: undefined
  quietServer: undefined
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
    async ({}, use) => {
      const server = await startServer()
      await use(server)
      await server.stop()
      // After the tests of this worker.
      const { count, faults } = await checkTrail(server.store)
      expect(faults, `faults in a trail of ${count} entries`).toEqual([])
      await server.dispose()
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  client: async ({ server }, use) => use(new Client(server.url)),

  newPerson: async ({ server }, use) => use(() => new Client(server.url).signUp()),

  loggedInPage: async ({ page, server }, use) => {
    await signIn(page.context(), server.url)
    await use(page)
  },

  idleFor: async ({ page, server }, use) => {
    await holdTime(page)
    await use((ms) => idleFor(page, server, ms))
  },

  expireSession: async ({ server }, use) => use(() => server.advance(minutes(10))),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
  startOwnServer: async ({}, use) => {
    const started: { server: TestServer; expectFaults: boolean }[] = []
    await use(async ({ expectFaults = false, ...options } = {}) => {
      const server = await startServer(options)
      started.push({ server, expectFaults })
      return server
    })
    await Promise.all(started.map(({ server }) => server.dispose()))
    for (const { server, expectFaults } of started) {
      if (!expectFaults) expect(server.faults(), 'errors in the log of the test’s own server').toEqual([])
    }
  },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
  expectedNoise: async ({}, use) => use([]),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
  expectedFaults: async ({}, use) => use([]),

  quietBrowser: [
    async ({ browser, expectedNoise, javaScriptEnabled }, use) => {
      const noise: string[] = []
      const cookies: Promise<string | null>[] = []
      const listen = (context: BrowserContext) => {
        context.on('console', (message) => {
          if (message.type() === 'error' || message.type() === 'warning')
            noise.push(`console: ${message.text()} (${message.location().url})`)
        })
        context.on('weberror', (webError) => noise.push(`page: ${webError.error().message}`))
        context.on('response', (response) => {
          // The body of an answer is lost when a navigation cancels it.
          const setCookie = response.headerValues('set-cookie').catch(() => [])
          cookies.push(
            setCookie.then((lines) =>
              cookieBreach(response.request().method(), new URL(response.url()).pathname, lines),
            ),
          )
        })
        context.on('requestfailed', (request) => {
          const reason = request.failure()?.errorText ?? ''
          // A navigation cancels pending requests; a browser without JavaScript fetches no scripts.
          const isMeant = reason === 'net::ERR_ABORTED' || (!javaScriptEnabled && request.resourceType() === 'script')
          if (!isMeant) noise.push(`request: ${request.url()} ${reason}`)
        })
      }
      browser.on('context', listen)
      await use(undefined)
      browser.off('context', listen)
      const breaches = (await Promise.all(cookies)).filter((breach) => breach !== null)
      expect(breaches, 'answers that touched the session cookie').toEqual([])
      expect(unexpected(noise, expectedNoise), 'complaints of the browser').toEqual([])
    },
    { auto: true },
  ],

  quietServer: [
    async ({ server, expectedFaults }, use) => {
      const before = server.faults().length
      await use(undefined)
      expect(unexpected(server.faults().slice(before), expectedFaults), 'errors in the server’s log').toEqual([])
    },
    { auto: true },
  ],
})

export { expect } from '@playwright/test'

/** Signs up a new user by request and gives the session to the browser. */
export async function signIn(context: BrowserContext, origin: string): Promise<Person> {
  const client = new Client(origin)
  const person = await client.signUp(makePerson())
  await giveCookies(client, context)
  return person
}

export async function giveCookies({ origin, cookies }: Client, context: BrowserContext): Promise<void> {
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: origin })))
}

function unexpected(lines: string[], expected: RegExp[]): string[] {
  return lines.filter((line) => !expected.some((pattern) => pattern.test(line)))
}
