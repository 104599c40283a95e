// Form tokens: a form belongs to the log-in it was rendered for (NIST SP 800-63B-4, 5.1), in addition to the origin
// check.
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { findActionId } from '#e2e/support/build-manifests.ts'
import { Client, type Filled } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { encodeActionCall, type Fields } from '#e2e/support/form-body.ts'
import { readStoredUsers } from '#e2e/support/store-contents.ts'
import { formTokenField, isSecretField } from '#lib/web/forms/form-fields.ts'

const profile: Fields = [
  ['fullName', 'Somebody'],
  ['bio', 'Some text'],
  ['age', '33'],
]
const stale = 'This form was opened in another session, so nothing was saved.'

const findProfileForm = (client: Client) => client.findForm('/profile/edit', 'Save profile')

function withToken({ path, form }: Filled, tokens: readonly string[]): Filled {
  const others = form.hidden.filter(([name]) => name !== formTokenField)
  return {
    path,
    form: { ...form, hidden: [...others, ...tokens.map((token): [string, string] => [formTokenField, token])] },
  }
}

function tokenOf({ form }: Filled): string {
  return form.hidden.find(([name]) => name === formTokenField)?.[1] ?? ''
}

test('a form without its log-in’s token changes nothing, from a browser or a script [V3.5.1, T5]', async ({
  server,
}) => {
  const [owner, other] = [new Client(server.url), new Client(server.url)]
  await owner.signUp()
  await other.signUp()
  const filled = await findProfileForm(owner)
  const own = tokenOf(filled)
  const foreign = tokenOf(await findProfileForm(other))
  expect(own).toMatch(/^[\w-]{43}$/)
  expect(foreign).not.toBe(own)
  const users = await readStoredUsers(server.store)
  const id = findActionId('app/(member)/profile/edit/actions.ts#saveProfile')
  for (const tokens of [[], [''], [foreign], [own, own], [own, foreign], [own.slice(1)], [`${own}A`], ['__proto__']]) {
    const posted = await owner.post(withToken(filled, tokens), profile)
    expect(posted.text, `tokens ${tokens}`).toContain(stale)
    expect(posted.text).toContain('value="Somebody"')
    const fields = [...tokens.map((token) => [formTokenField, token] as const), ...profile]
    const call = encodeActionCall(fields)
    const byScript = { method: 'POST', body: call.body, headers: { ...call.headers, 'next-action': id } }
    expect((await owner.fetch('/profile/edit', byScript)).text, `tokens ${tokens}`).toContain(stale)
  }
  expect(await readStoredUsers(server.store)).toBe(users)
  expect((await owner.post(filled, profile)).location).toBe('/profile?saved=1')
})

test('rejects the token of an earlier log-in of the same user and accepts that of a renewed session', async ({
  server,
}) => {
  const client = new Client(server.url)
  const person = await client.signUp()
  const before = await findProfileForm(client)
  await client.logOut()
  await server.advance(1000)
  await client.logIn(person)
  const users = await readStoredUsers(server.store)
  expect((await client.post(before, profile)).text).toContain(stale)
  expect(await readStoredUsers(server.store)).toBe(users)

  const open = await findProfileForm(client)
  // Until the next re-authentication.
  await server.advance(minutes(6))
  await client.open('/')
  await server.advance(minutes(5))
  const cookie = client.cookies.get('session')
  await client.submit('/confirm', 'Confirm', { password: person.password })
  expect(client.cookies.get('session'), 'the session was renewed').not.toBe(cookie)
  expect((await client.post(open, profile)).location).toBe('/profile?saved=1')
})

test('the token is on no other user’s page, is never stored and reveals no session secret @json', async ({
  server,
}) => {
  const client = new Client(server.url)
  await client.signUp()
  const token = tokenOf(await findProfileForm(client))
  expect(client.cookies.get('session')).not.toContain(token)
  expect((await new Client(server.url).open('/login')).text).not.toContain('formToken')
  expect(isSecretField('formToken')).toBe(true)
})

test('a user with a form of another session loses nothing and submits again @json', async ({ page, server }) => {
  await signIn(page.context(), server.url)
  await page.goto('/profile/edit')
  await page.getByLabel('Full name').fill('Nobody in particular')
  await page.locator('input[name=formToken]').evaluate((field: HTMLInputElement) => {
    field.value = 'of another session'
  })
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toContainText(stale)
  await expect(page.getByLabel('Full name')).toHaveValue('Nobody in particular')
  await page.reload()
  await page.getByLabel('Full name').fill('Nobody in particular')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page).toHaveURL('/profile?saved=1')
})
