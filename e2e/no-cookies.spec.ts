// Browsers without cookies, and with too many.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { startCookielessProxy } from '#e2e/support/cookieless-proxy.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import { makePerson } from '#e2e/support/person.ts'
import { logIn, signUp } from '#e2e/support/site.ts'

// Independent of the store, so one is enough.
const tag = ['@json', '@no-javascript']
const said = 'Your browser did not keep the cookie'

test('a log-in and a sign-up without cookies say so', { tag }, async ({ page, startOwnServer }) => {
  const proxy = await startCookielessProxy()
  const server = await startOwnServer({ env: { APP_URL: proxy.origin } })
  proxy.sendTo(server.address)
  const known = await new Client(proxy.origin, server.address).signUp()

  await page.goto(`${proxy.origin}/profile`)
  await logIn(page, known)
  await expect(page.getByText(said)).toBeVisible()
  await page.goto(`${proxy.origin}/signup`)
  await signUp(page, makePerson())
  await expect(page.getByText(said)).toBeVisible()
  await page.close()
  proxy.close()
})

test('a log-in and a sign-up with cookies redirect directly', { tag: '@json' }, async ({ server }) => {
  const client = new Client(server.url)
  const person = makePerson()
  const signedUp = await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
  expect(signedUp.location).toBe('/')
  const other = new Client(server.url)
  expect((await other.logIn(person, '/login?next=%2Fprofile%3Fsaved%3D1')).location).toBe('/profile?saved=1')
})

test('a log-in whose POST alone has no cookies succeeds', { tag: '@json' }, async ({ server }) => {
  const person = await new Client(server.url).signUp()
  const filled = await new Client(server.url).findForm('/login?next=%2Fprofile', 'Log in')
  const client = new Client(server.url)
  const answer = await client.post(filled, Object.entries({ username: person.username, password: person.password }))
  expect(answer.location).toBe('/login?next=%2Fprofile&cookies=off')
  expect((await client.copy().open(answer.location ?? '')).location).toBe('/profile')
  expect(textOf((await new Client(server.url).open(answer.location ?? '')).text)).toContain(said)
})

test('reads cookies of 17,000 characters and answers ones of 200,000 with what to do', {
  tag: ['@json'],
}, async ({ client }) => {
  await client.signUp()
  client.cookies.set('other', 'c'.repeat(17_000))
  expect((await client.open('/profile')).status).toBe(200)
  client.cookies.set('other', 'c'.repeat(200_000))
  const answer = await client.open('/profile')
  expect(answer.status).toBe(431)
  expect(textOf(answer.text)).toContain('Delete the cookies of this site')
})
