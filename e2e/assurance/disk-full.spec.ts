// A full disk under a file store: the site reports it, loses nothing, still lets users log out, and recovers by itself.
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { type FailingDisk, makeFailingDisk } from '#e2e/support/failing-disk.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import { send } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { saveProfile, signUp } from '#e2e/support/site.ts'
import { findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'
import { chosenStore } from '#e2e/support/test-store.ts'

const notSaved = 'This could not be saved.'
/** Only this process uses the JSON store, so an end is final. Other processes may read the SQLite file. */
const isAlone = chosenStore() === 'json'

let disk: FailingDisk
let server: TestServer
const fail = () => disk.fail(server.pid() ?? 0)
const recover = () => disk.recover(server.pid() ?? 0)
const readiness = () => send(server.url, { path: '/readyz' })

test.describe('a full disk', { tag: ['@json', '@sqlite'] }, () => {
  test.beforeEach(async ({ startOwnServer }, testInfo) => {
    disk = await makeFailingDisk()
    testInfo.annotations.push({ type: 'disk', description: disk.means })
    server = await startOwnServer({ dataDir: disk.dir, expectFaults: true })
  })

  test.afterEach(async ({ context }) => {
    // Close pages before the server stops: a page that still loads its icon would log an error.
    await context.close()
    await server.dispose()
    await disk.remove()
  })

  test('sign-up and profile report that nothing was saved, keep the input, and work again once there is space [V16.5.2]', async ({
    page,
    context,
  }) => {
    const member = new Client(server.url)
    const { username } = await member.signUp()
    await member.submit('/profile/edit', 'Save profile', { fullName: 'Before', bio: '', age: '' })
    const users = await readStoredUsers(server.store)
    fail()

    const newcomer = makePerson()
    await page.goto(`${server.url}/signup`)
    await signUp(page, newcomer)
    await expect(page.getByRole('alert').filter({ hasText: notSaved })).toBeVisible()
    await expect(page.getByLabel('Username')).toHaveValue(newcomer.username)

    await giveCookies(member, context)
    const edit = await context.newPage()
    await edit.goto(`${server.url}/profile/edit`)
    const changed = { fullName: 'After', bio: 'Two\nlines', age: '50' }
    await saveProfile(edit, changed)
    await expect(edit.getByRole('alert').filter({ hasText: notSaved })).toBeVisible()
    await expect(edit.getByLabel('Bio')).toHaveValue(changed.bio)
    expect(await readStoredUsers(server.store)).toBe(users)
    expect(textOf((await member.open('/profile')).text), 'nobody is shown what is not on disk').toContain('Before')

    recover()
    await expect.poll(async () => (await readiness()).status).toBe(200)
    await edit.getByRole('button', { name: 'Save profile' }).click()
    await expect(edit).toHaveURL(/\/profile\?saved/)
    expect((await findStoredUser(server.store, username))?.profile.fullName).toBe('After')

    await context.clearCookies({ name: 'session' })
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page).toHaveURL(`${server.url}/`)
    expect(await findStoredUser(server.store, newcomer.username)).not.toBeNull()
  })

  test('a log-in either works or reports that it could not be saved', async () => {
    const person = await new Client(server.url).signUp()
    fail()
    const client = new Client(server.url)
    const answer = await client.logIn(person)
    expect(answer.status).toBeLessThan(500)
    if (!(await client.isSignedIn())) expect(textOf(answer.text)).toContain(notSaved)

    const wrong = await new Client(server.url).logIn({ ...person, password: 'wrong' })
    expect(textOf(wrong.text)).toContain('The username or password is wrong.')

    recover()
    await new Client(server.url).logIn(person)
  })

  test('logged-in users can read and log out, and stay logged out after a restart', async () => {
    const client = new Client(server.url)
    await client.signUp()
    const thief = client.copy()
    fail()
    expect((await client.open('/profile')).status).toBe(200)
    const answer = await client.logOut()
    expect(answer.status).toBe(isAlone ? 303 : 503)
    if (!isAlone) expect(textOf(answer.text)).toContain('This browser is logged out')
    expect(client.cookies.has('session')).toBe(false)
    expect(await thief.isSignedIn()).toBe(false)

    recover()
    await expect.poll(async () => (await readiness()).status).toBe(200)
    await server.restart()
    expect(await thief.isSignedIn()).toBe(false)
  })

  test('a password change and the end of a session either succeed or report failure', async () => {
    const here = new Client(server.url)
    const person = await here.signUp()
    const otherBrowser = new Client(server.url)
    await otherBrowser.logIn(person)
    const { password } = makePerson()
    fail()
    const refused = await here.submit('/security/password', 'Change password', {
      currentPassword: person.password,
      password,
      confirmPassword: password,
    })
    expect(textOf(refused.text)).toContain(notSaved)
    expect(await otherBrowser.isSignedIn()).toBe(true)

    const answer = await here.submit('/security', 'End session', {})
    expect(answer.location).toBe(isAlone ? '/security?ended=1' : '/security?undone=unsaved')
    expect(await otherBrowser.isSignedIn()).toBe(false)

    recover()
    await expect.poll(async () => (await readiness()).status).toBe(200)
    const back = new Client(server.url)
    await back.logIn({ ...person, password })
    expect(await back.isSignedIn(), 'with the password that was not saved').toBe(false)
    await back.logIn(person)
    expect(await back.isSignedIn()).toBe(true)
  })

  test('sessions still time out', async () => {
    const client = new Client(server.url)
    await client.signUp()
    fail()
    await server.advance(minutes(10))
    const { status, location } = await client.open('/profile')
    if (isAlone) expect(location).toContain('reason=idle')
    else expect(status).toBe(503)
    recover()
    await expect.poll(async () => (await readiness()).status).toBe(200)
    expect((await client.open('/profile')).location).toContain('reason=idle')
  })

  test('readiness reports the full disk and its end, and the process stays alive', async () => {
    expect((await readiness()).status).toBe(200)
    fail()
    await expect.poll(async () => (await readiness()).status).toBe(503)
    const answer = await readiness()
    expect(JSON.parse(answer.text)).toHaveProperty('reason')
    expect(answer.text).not.toContain(disk.dir)
    expect((await send(server.url, { path: '/healthz' })).status).toBe(200)
    recover()
    await expect.poll(async () => (await readiness()).status).toBe(200)
  })
})
