// Reset links, and forms that stay with the link that their page showed.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { codeIn, lettersTo, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson } from '#e2e/support/person.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

const everywhere = { tag: '@no-javascript' }

test('a stranger who requests links cannot keep the owner from getting one', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { LIMITS: 'on' } })
  const [owner, person] = [new Client(server.url), makePerson()]
  const address = `${person.username}@example.org`
  await owner.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: address })
  await owner.submit('/verify-email', 'Verify', { code: codeIn(await letterTo(server, address, /^Your code: \d{8}/)) })

  const asked = []
  for (let n = 0; n < 4; n += 1) {
    asked.push(await new Client(server.url).submit('/forgot-password', 'Send link', { email: person.username }))
  }
  expect(asked.map(({ status }) => status)).toEqual([303, 303, 303, 429])
  expect(asked[3]?.text).toContain('Nothing was sent: links for this name were asked for too often.')
  await letterTo(server, address, 'Choose a new password', 3)

  const links = (await lettersTo(server, address)).filter(({ subject = '' }) => subject.startsWith('Choose'))
  const [first] = links
  const browser = new Client(server.url)
  await browser.open(first ? pathIn(first) : '')
  const password = 'Marmalade teapot lighthouse 9'
  const reset = await browser.submit('/reset-password', 'Set password', { password, confirmPassword: password })
  expect(reset.location).toBe('/login?reset=1')
  expect((await browser.logIn({ username: person.username, password })).location).toBe('/')
})

test('the sign-up form stays with the invitation that its page showed', everywhere, async ({ page, server }) => {
  const admin = await logInAs(server, await firstAdmin(server))
  const address = `attacker-${makePerson().username}@example.org`
  await admin.submit('/admin/invitations', 'Invite', { role: 'guest', email: address })
  const swapped = pathIn(await letterTo(server, address, / invites you/))
  const person = makePerson()

  await page.goto('/signup')
  await page.getByLabel('Username').fill(person.username)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByLabel('Confirm password').fill(person.password)
  const popUp = await page.context().newPage()
  await popUp.goto(swapped)
  await popUp.close()
  await page.getByRole('button', { name: 'Sign up' }).click()

  await expect(page.getByRole('alert').filter({ hasText: 'another link was opened in this browser' })).toBeVisible()
  await expect(page.getByText(address)).toBeVisible()
  await expect(page.getByLabel('Username')).toHaveValue(person.username)
  expect(await findStoredUser(server.store, person.username)).toBeNull()
})

test('a form behind a mailed link is rejected once the browser opened another link', async ({ server }) => {
  const [visitor, other] = [new Client(server.url), new Client(server.url)]
  for (const [client, name] of [
    [visitor, 'mine'],
    [other, 'others'],
  ] as const) {
    const person = { ...makePerson(), address: `${name}-${makePerson().username}@example.org` }
    const { username, password, address } = person
    await client.submit('/signup', 'Sign up', { username, password, confirmPassword: password, email: address })
    await client.submit('/verify-email', 'Verify', {
      code: codeIn(await letterTo(server, address, /^Your code: \d{8}/)),
    })
    await client.submit('/forgot-password', 'Send link', { email: username })
    await client.open(pathIn(await letterTo(server, address, 'Choose a new password')))
  }
  const form = await visitor.findForm('/reset-password', 'Set password')
  const cookie = other.cookies.get('mailed-reset-password') ?? ''
  expect(cookie).not.toBe('')
  visitor.cookies.set('mailed-reset-password', cookie)
  const password = 'Marmalade teapot lighthouse 9'
  const fields: [string, string][] = [
    ['password', password],
    ['confirmPassword', password],
  ]
  const answer = await visitor.post(form, fields)
  expect([answer.status, answer.location]).toEqual([200, null])
  expect(answer.text).toContain('another link was opened in this browser')
  const shown = await visitor.findForm('/reset-password', 'Set password')
  expect((await visitor.post(shown, fields)).location).toBe('/login?reset=1')
})
