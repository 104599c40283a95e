// A form posted too late from a browser without JavaScript: the input returns after the log-in.
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { makePerson } from '#e2e/support/person.ts'
import { logIn } from '#e2e/support/site.ts'
import { expect, signIn, test } from './fixtures.ts'

const typed = { fullName: 'Zoë Quist', bio: 'Keeps the lamp lit & the keys “in order”.', age: '41' }
const notice = 'What you wrote is in the form again: save it once more.'

async function postTooLate(client: Client, advance: (ms: number) => Promise<void>) {
  const person = await client.signUp(makePerson())
  const filled = await client.findForm('/profile/edit', 'Save profile')
  await advance(minutes(40))
  const answer = await client.post(filled, Object.entries(typed))
  expect(answer.location).toMatch(/\/login\?next=%2Fprofile%2Fedit&reason=idle$/)
  return person
}

test('returns to its author until it is saved', async ({ client, server }) => {
  const person = await postTooLate(client, server.advance)
  expect((await client.logIn(person, '/login?next=%2Fprofile%2Fedit')).location).toMatch(/\/profile\/edit$/)
  for (const _ of ['opened', 'and again']) {
    const page = await client.open('/profile/edit')
    expect(page.text).toContain(notice)
    expect(page.text).toContain('Zoë Quist')
    expect(page.text).toContain('Keeps the lamp lit &amp; the keys “in order”.')
  }
  expect((await client.open('/profile')).text, 'nothing was saved by itself').not.toContain('Zoë Quist')
  await client.submit('/profile/edit', 'Save profile', typed)
  expect((await client.open('/profile')).text).toContain('Zoë Quist')
  expect((await client.open('/profile/edit')).text).not.toContain(notice)
})

test('is not shown to another user who logs in there, nor afterwards', async ({ client, server }) => {
  const other = await new Client(server.url).signUp()
  const person = await postTooLate(client, server.advance)
  for (const who of [other, person]) {
    await client.logIn(who)
    expect((await client.open('/profile/edit')).text).not.toContain('Zoë Quist')
    await client.logOut()
  }
})

test.describe('in a browser', () => {
  test.use({ javaScriptEnabled: false })

  test('tells the user what was not saved and needs one more save', async ({ page, server, expireSession }) => {
    const person = await signIn(page.context(), server.url)
    await page.goto('/profile/edit')
    await page.getByLabel('Full name').fill(typed.fullName)
    await page.getByLabel('Bio').fill(typed.bio)
    await expireSession()
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in')
    await expect(page.getByText('nothing happened for 10 minutes')).toBeVisible()

    await logIn(page, person)
    await expect(page).toHaveURL('/profile/edit')
    await expect(page.getByText(notice)).toBeVisible()
    await expect(page.getByLabel('Full name')).toHaveValue(typed.fullName)
    await expect(page.getByLabel('Bio')).toHaveValue(typed.bio)
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expect(page.getByText('Profile saved.')).toBeVisible()
  })
})
