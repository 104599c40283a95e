// Settings of sign-up and mail, each on a separate site.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { lettersTo, letterTo } from '#e2e/support/mailbox.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'

const addressOf = ({ username }: Person) => `${username}@example.org`

test('a site can require an address from everybody', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { SIGNUP_EMAIL: 'required' } })
  const [client, person] = [new Client(server.url), makePerson()]
  const fields = { ...person, confirmPassword: person.password }
  const refused = await client.submit('/signup', 'Sign up', { ...fields, email: '' })
  expect(refused.text).toContain('Enter your e-mail address.')
  expect(await client.isSignedIn()).toBe(false)
  await client.submit('/signup', 'Sign up', { ...fields, email: addressOf(person) })
  expect(await client.isSignedIn()).toBe(true)
})

test('queued mail survives kill -9 and is sent once', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'gate@example.org' } })
  const [client, person] = [new Client(server.url), makePerson()]
  await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email: addressOf(person) })
  await expect
    .poll(() => server.logLines().some(({ event }) => event === 'mail_put_off'), { timeout: 20_000 })
    .toBe(true)
  await server.kill()
  await server.restart({ SMTP_URL: '' })
  await server.advance(minutes(5))
  await letterTo(server, addressOf(person), /^Your code: \d{8}/)
  await server.stop()
  expect(await lettersTo(server, addressOf(person))).toHaveLength(1)
})
