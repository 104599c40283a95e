// Admin tasks that need a separate site: with rate limits, with a single admin, and with closed sign-up.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, type KnownPerson, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeActionCall, type Fields } from '#e2e/support/form-body.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import { makePerson } from '#e2e/support/person.ts'
import { actionForm, siteAction } from '#e2e/support/site-actions.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

const pageOf = ({ id }: KnownPerson) => `/admin/users/${id}`

test('an admin resets a user’s lockout', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { LIMITS: 'on' } })
  const admin = await logInAs(server, await firstAdmin(server))
  const person = await makePersonWith(server, 'member')
  const theirs = await logInAs(server, person)
  const rename = (n: number) =>
    theirs.submit('/security/username', 'Change username', { username: `${person.username}-${n}` })
  for (const n of [1, 2, 3]) expect((await rename(n)).location).toBe('/account?username=changed')
  expect((await rename(4)).text).toContain('three times a day')
  expect((await admin.submit(pageOf(person), 'Unlock', {})).location).toContain('done=unlocked')
  for (const n of [4, 5, 6]) expect((await rename(n)).location).toBe('/account?username=changed')
  expect((await rename(7)).text).toContain('three times a day')
  const guess = { username: `${person.username}-6`, password: 'a guess' }
  for (const _ of [1, 2]) await new Client(server.url).submit('/login', 'Log in', guess)
  const shown = async () => textOf((await admin.open(pageOf(person))).text)
  await expect.poll(shown).toContain('2 wrong passwords in a row.')
  expect((await admin.submit(pageOf(person), 'Unlock', {})).location).toContain('done=unlocked')
  expect(await shown()).not.toContain('in a row.')
  expect((await rename(8)).location).toBe('/account?username=changed')
})

async function call(client: Client, actionId: string, fields: Fields, path: string): Promise<void> {
  const { body, headers } = encodeActionCall(fields)
  await client.fetch(path, { method: 'POST', body, headers: { ...headers, 'next-action': actionId } })
}

test('a site never loses its last admin, and no admin demotes themselves [V2.3.4, T29]', async ({ startOwnServer }) => {
  const server = await startOwnServer()
  const ada = await firstAdmin(server)
  const other = await makePersonWith(server, 'admin')
  const first = await findStoredUser(server.store, ada.username)
  const adaKnown = { ...ada, id: first?.id ?? '' }
  const byAda = await logInAs(server, ada)
  const byOther = await logInAs(server, other)
  const roleAction = siteAction('changeRole').id
  const demote = async (client: Client, { id }: KnownPerson) => {
    const fields: Fields = [
      ['id', id],
      ['role', 'member'],
    ]
    await call(client, roleAction, [...(await client.formToken()), ...fields], '/admin/users/x')
  }
  await demote(byAda, adaKnown)
  expect(await findStoredUser(server.store, ada.username)).toMatchObject({ role: 'admin' })
  await Promise.all([demote(byAda, other), demote(byOther, adaKnown)])
  const left = [await findStoredUser(server.store, ada.username), await findStoredUser(server.store, other.username)]
  expect(left.map((user) => user?.role).toSorted()).toEqual(['admin', 'member'])
  // The last admin cannot delete the account either.
  const last = left[0]?.role === 'admin' ? { person: adaKnown, client: byAda } : { person: other, client: byOther }
  const answer = await last.client.submit('/security/delete', 'Delete account', {})
  expect(answer.location).toBe('/security/delete?refused=last_admin')
})

test('an invitation is the only way in when sign-up is by invitation, and there is none when it is closed', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer({ env: { SIGNUP: 'invitation' } })
  const admin = await logInAs(server, await firstAdmin(server))
  const visitor = new Client(server.url)
  // As an older page shows it, whatever the setting is now.
  const form = { path: '/signup', form: actionForm(siteAction('signUp').id) }
  expect((await visitor.open('/signup')).text).toContain('By invitation only')
  const person = makePerson()
  const fields = Object.entries({ ...person, confirmPassword: person.password })
  expect((await visitor.post(form, fields)).text).toContain('need an invitation')
  const { location } = await admin.submit('/admin/invitations', 'Invite', { role: 'member', email: '' })
  expect(location).toBe('/admin/invitations?done=made')
  const [, token = ''] = (admin.cookies.get('handed-over-invitation') ?? '').split('.')
  await visitor.open(`/signup?invitation=${token}`)
  await visitor.signUp(person)
  const isFree = { method: 'POST', body: '{"username":"ada"}', headers: { 'content-type': 'application/json' } }
  expect((await visitor.fetch('/api/username', isFree)).status).toBe(404)
  await server.restart({ SIGNUP: 'closed' })
  expect((await new Client(server.url).open('/signup')).text).toContain('Sign-up is closed')
  expect((await new Client(server.url).post(form, fields)).text).toContain('Sign-up is closed here.')
})
