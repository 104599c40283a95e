// Unusual but valid input from keyboards, clipboards and browsers: spaces around names, other digits, domains in any
// script; and session windows short enough to be shown in seconds.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { seconds } from '#e2e/support/durations.ts'
import { codeIn, letterTo } from '#e2e/support/mailbox.ts'
import { makePerson } from '#e2e/support/person.ts'
import { logIn, signUp } from '#e2e/support/site.ts'

test('trims a username and does not trim a password', async ({ server }) => {
  const { username, password } = { ...makePerson(), password: ' Lantern\u00a0over the quay\u200b' }
  const signedUp = await new Client(server.url).submit('/signup', 'Sign up', {
    username: `\u3000${username}\u00a0`,
    password,
    confirmPassword: password,
  })
  expect(signedUp.location).toBe('/')
  for (const typed of [username, ` ${username} `, `\u00a0${username}\u3000`, `\ufeff${username.toUpperCase()}\u200b`]) {
    const client = new Client(server.url)
    expect((await client.logIn({ username: typed, password })).location, JSON.stringify(typed)).toBe('/')
  }
  const trimmed = new Client(server.url)
  await trimmed.logIn({ username, password: password.trim() })
  expect(await trimmed.isSignedIn()).toBe(false)
  const taken = await new Client(server.url).submit('/signup', 'Sign up', {
    username: `${username}\u200b`,
    password,
    confirmPassword: password,
  })
  expect(taken.text).toContain('That username is taken.')
})

test('an address with a domain in another script is verified by a code in other digits', async ({
  loggedInPage: page,
  server,
}) => {
  // The browser may convert the domain to ASCII.
  await page.goto('/security/email')
  await page.getByLabel('E-mail address').fill('tom&jerry@россия.рф')
  await page.getByRole('button', { name: 'Send code' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verify your e-mail address')
  await expect(page.getByText('tom&jerry@россия.рф')).toBeVisible()
  const code = codeIn(await letterTo(server, 'tom&jerry@xn--h1alffa9f.xn--p1ai', /^Your code: \d{8}/))
  const arabic = code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))
  await page.getByLabel('Code').fill(`Code:\u00a0${arabic.slice(0, 4)}\u200f ${arabic.slice(4)}`)
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'E-mail address verified.' })).toBeVisible()
  await expect(page.getByText('tom&jerry@россия.рф')).toBeVisible()

  const other = new Client(server.url)
  await other.signUp()
  await other.submit('/security/email', 'Send code', { email: 'Tom&Jerry@xn--h1alffa9f.xn--p1ai' })
  await letterTo(server, 'Tom&Jerry@xn--h1alffa9f.xn--p1ai', 'Your address was entered for another account')
})

test('an address that mail servers may reject is rejected with the reason', async ({ client }) => {
  await client.signUp()
  const answer = await client.submit('/security/email', 'Send code', { email: 'иван@россия.рф' })
  expect(answer.text).toContain('Before the @, enter plain letters')
})

for (const window of [5, 45, 90]) {
  test(`a window of ${window} seconds is shown in seconds`, async ({ startOwnServer, page }) => {
    const server = await startOwnServer({ env: { SESSION_IDLE_SECONDS: String(window) } })
    const visitor = new Client(server.url)
    expect((await visitor.open('/login?reason=idle')).text).toContain(`nothing happened for ${window} seconds`)
    const member = new Client(server.url)
    await member.signUp()
    const home = await member.open('/')
    expect(home.text).toContain(`Logged out after ${window} seconds without activity`)
    expect(home.text).not.toMatch(/minute/)
    if (window === 5) return
    // The page counts down by itself.
    const person = makePerson()
    await page.goto(`${server.url}/signup`)
    await signUp(page, person)
    await expect(page.getByText(/^Logged out in \d+ seconds$/)).toBeVisible()
    await server.advance(seconds(window))
    await page.goto(server.url)
    await expect(page.getByText(`nothing happened for ${window} seconds`)).toBeVisible()
    await logIn(page, person)
    await expect(page.getByRole('heading', { level: 1 })).toContainText(person.username)
  })
}
