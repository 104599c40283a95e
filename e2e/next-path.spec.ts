// A log-in leads to the requested page and never off the site.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import type { Person } from '#e2e/support/person.ts'
import { logIn } from '#e2e/support/site.ts'

/** lib/web/guards/next-path.test.ts has the whole list. */
const leadingOut = ['//e.test', '/\\e.test', '/\t/e.test', 'https://e.test', '/x/..//e.test', '']

const within = ['/profile', '/profile/edit', '/profile?saved=1', '/profile/edit?from=%2Fa%26b']

test('a log-in leads to the requested page of this site', async ({ server, newPerson }) => {
  const person = await newPerson()
  for (const next of within)
    expect(await destinationOf(server.url, person, `next=${encodeURIComponent(next)}`)).toBe(next)
})

test('a sign-up leads there too', async ({ client }) => {
  const person = { username: 'next-path-newcomer', password: 'Lantern 48151623 over the quay' }
  const answer = await client.submit('/signup?next=%2Fprofile%2Fedit', 'Sign up', {
    ...person,
    confirmPassword: person.password,
  })
  expect(answer.location).toBe('/profile/edit')
})

test('nothing in next= leads off the site [V1.1.1, V1.2.2, V3.7.2, T8]', async ({ server, newPerson }) => {
  const person = await newPerson()
  for (const next of leadingOut) {
    const destination = await destinationOf(server.url, person, `next=${encodeURIComponent(next)}`)
    expect.soft(new URL(destination, server.url).origin, JSON.stringify(next).slice(0, 60)).toBe(server.url)
    expect.soft(destination, JSON.stringify(next).slice(0, 60)).not.toMatch(/^\/[/\\]/)
  }
})

test('a list in next= leads home [V15.3.7, T8]', async ({ server, newPerson }) => {
  const person = await newPerson()
  for (const query of [
    'next=/profile&next=//e.test',
    'next=//e.test&next=/profile',
    'next[]=//e.test',
    'next[a]=/profile',
  ]) {
    expect.soft(await destinationOf(server.url, person, query), query).toBe('/')
  }
})

test('a manipulated next in the form does not lead elsewhere either [V1.2.2, V3.7.2, T8]', async ({
  server,
  newPerson,
}) => {
  const person = await newPerson()
  for (const next of leadingOut) {
    const client = new Client(server.url)
    const { path, form } = await client.findForm('/login', 'Log in')
    const hidden = form.hidden.filter(([name]) => name !== 'next')
    const fields = Object.entries({ ...person, next: next.replace(/[\r\n]/g, '') })
    const { location } = await client.post({ path, form: { ...form, hidden } }, fields)
    expect.soft(new URL(location ?? '', server.url).origin, JSON.stringify(next).slice(0, 60)).toBe(server.url)
  }
})

test('a log-in page leads neither to itself nor to log-out', async ({ server, newPerson }) => {
  const person = await newPerson()
  for (const next of ['/login', '/signup', '/logout', '/login?next=/profile', '/api/session']) {
    expect.soft(await destinationOf(server.url, person, `next=${encodeURIComponent(next)}`), next).toBe('/')
  }
})

test('a browser stays on the site [V3.7.2, T8]', async ({ page, server, newPerson }) => {
  const person = await newPerson()
  for (const next of ['//e.test', '/\\e.test', '/\t/e.test', '/..//e.test', 'javascript:alert(1)']) {
    await page.context().clearCookies()
    await page.goto(`/login?next=${encodeURIComponent(next)}`)
    await logIn(page, person)
    await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
    expect(new URL(page.url()).origin).toBe(server.url)
  }
})

test('a deep link with a query survives the log-in', async ({ page, newPerson }) => {
  const person = await newPerson()
  await page.goto('/profile/edit?from=a%26b')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in')
  await logIn(page, person)
  await expect(page).toHaveURL('/profile/edit?from=a%26b')
})

async function destinationOf(origin: string, person: Person, query: string): Promise<string> {
  const answer = await new Client(origin).logIn(person, `/login?${query}`)
  return answer.location ?? ''
}
