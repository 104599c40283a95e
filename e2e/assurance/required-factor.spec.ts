// REQUIRE_TWO_FACTOR: a session without a second factor reaches the pages that add one, the log-out, and nothing else.
// Tries every page, handler and action of the build.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { turnOnBy } from '#e2e/support/authenticator.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { actionForm, pageOf, readSiteActions } from '#e2e/support/site-actions.ts'
import { readStoredState } from '#e2e/support/store-contents.ts'
import { isPublicRoute, publicActions } from '#lib/web/guards/public-routes.ts'

const enrolmentPath = '/security/two-factor'
/** They open, or lead to one that does. */
const enrolment = [enrolmentPath, '/security/passkeys', '/confirm']
/** After a recent log-in, the re-authentication has nothing to ask and leads to the home page, which is held. */
const afterConfirm = '/'
const nowAllowed = ['/', '/profile', '/profile/edit', '/security', '/security/password']

test('a session without a second factor reaches enrolment and log-out only, in every page, handler and action [V6.3.3, V8.2.1, T27]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer()
  const admin = await logInAs(server, await firstAdmin(server))
  const member = new Client(server.url)
  await member.signUp()
  await server.restart({ REQUIRE_TWO_FACTOR: 'admin,member' })

  for (const [role, client] of Object.entries({ admin, member })) {
    await test.step(`${role}: pages and handlers`, () => everyRoute(client, role))
    await test.step(`${role}: actions`, () => everyAction(client, server, role))
    await test.step(`${role}: the session itself`, async () => {
      expect((await client.readSession())?.user.role).toBe(role)
      expect((await client.fetch('/api/session/activity', { method: 'POST' })).status).toBe(204)
      expect((await client.open('/login')).location).toBe('/')
      const page = await client.open(enrolmentPath)
      expect(page.status).toBe(200)
      expect(textOf(page.text)).toContain('Your role needs a second factor')
    })
    await test.step(`${role}: after enrolment, everything opens`, async () => {
      await turnOnBy(client, server)
      for (const path of [...nowAllowed, ...(role === 'admin' ? ['/admin', '/admin/users'] : [])]) {
        expect((await client.open(path)).status, path).toBe(200)
      }
    })
  }
})

test('somebody without a second factor can log out', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { REQUIRE_TWO_FACTOR: 'member' } })
  const client = new Client(server.url)
  await client.signUp()
  expect((await client.open('/')).location).toBe(enrolmentPath)
  await client.submit(enrolmentPath, 'Log out', {})
  expect(await client.isSignedIn()).toBe(false)
})

test('a role that is not named needs no second factor', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { REQUIRE_TWO_FACTOR: 'admin' } })
  const client = new Client(server.url)
  await client.signUp()
  for (const path of nowAllowed) expect((await client.open(path)).status, path).toBe(200)
})

async function everyRoute(client: Client, role: string): Promise<void> {
  const routes = readRoutes().filter(({ path }) => !isPublicRoute(path))
  expect(routes.length).toBeGreaterThan(15)
  for (const { path } of routes) {
    const { status, location, text } = await client.copy().open(path)
    const what = `${role} opens ${path}: ${status} ${location}`
    if (enrolment.includes(path)) {
      const leads = location === null ? null : pathnameOf(location)
      const isThere = leads !== null && [...enrolment, path === '/confirm' ? afterConfirm : ''].includes(leads)
      expect.soft(status === 200 || isThere, what).toBe(true)
    } else {
      expect.soft(location, what).toBe(enrolmentPath)
      expect.soft(text, what).not.toContain('Save profile')
    }
  }
}

async function everyAction(client: Client, server: TestServer, role: string): Promise<void> {
  const { form } = await client.findForm(enrolmentPath, 'Turn on')
  const before = await readStoredState(server.store)
  const formToken = form.hidden.filter(([name]) => name === 'formToken')
  expect(formToken).toHaveLength(1)
  const actions = readSiteActions().filter(({ name }) => !publicActions.includes(name))
  for (const action of actions) {
    const filled = { path: pageOf(action, 'x'), form: actionForm(action.id) }
    const { status, location } = await client.copy().post(filled, [...formToken, ...action.fields])
    const leads = location === null ? null : pathnameOf(location)
    const isHeld = leads === null || [...enrolment, filled.path === '/confirm' ? afterConfirm : ''].includes(leads)
    expect.soft(isHeld, `${role} posts ${action.name}: ${status} ${location}`).toBe(true)
  }
  expect(await readStoredState(server.store)).toBe(before)
}

const pathnameOf = (location: string) => new URL(location, 'http://site.invalid').pathname
