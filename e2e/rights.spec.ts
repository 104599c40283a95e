// Grants end when the user who gave them loses the right to.
import type { Page } from '@playwright/test'
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { textOf } from '#e2e/support/form-markup.ts'

const everywhere = { tag: '@no-javascript' }
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const pageOf = ({ id }: { id: string }) => `/admin/users/${id}`

/** The path of the link that the page shows once. */
async function handedOver(admin: Client, leadsTo: string | null, page: string): Promise<string> {
  const shown = textOf((await admin.open(leadsTo ?? '')).text)
  return new RegExp(`${page}\\?\\w+=[\\w-]{43}`).exec(shown)?.[0] ?? ''
}

test('an invitation and a handed-over link end with the admin who created them [V8.3.2]', async ({ server }) => {
  const chief = await logInAs(server, await firstAdmin(server))
  const admin = await makePersonWith(server, 'admin')
  const member = await makePersonWith(server, 'member')
  const theirs = await logInAs(server, admin)
  const invited = await theirs.submit('/admin/invitations', 'Invite', { role: 'admin', email: '' })
  const invitation = await handedOver(theirs, invited.location, '/signup')
  const started = await theirs.submit(pageOf(member), 'Start a password reset', {})
  const reset = await handedOver(theirs, started.location, '/reset-password')
  const isInvited = async () => {
    const visitor = new Client(server.url)
    await visitor.open(invitation)
    return (await visitor.open('/signup')).text.includes('You are invited')
  }
  const isReset = async () => {
    const visitor = new Client(server.url)
    await visitor.open(reset)
    return (await visitor.open('/reset-password')).text.includes('Set password')
  }
  expect([await isInvited(), await isReset()]).toEqual([true, true])
  for (const role of ['member', 'admin']) {
    const { location } = await chief.submit(pageOf(admin), 'Change role', { role })
    expect(location).toContain('done=role')
    expect([await isInvited(), await isReset()]).toEqual([false, false])
  }
})

test('an admin gets no link for another admin’s account, and is told what to do', async ({ page, server }) => {
  const admin = await makePersonWith(server, 'admin')
  const other = await makePersonWith(server, 'admin')
  await giveCookies(await logInAs(server, admin), page.context())
  await page.goto(pageOf(other))
  await expect(page.getByText(`on the command line: user reset ${other.username}.`)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start a password reset' })).toHaveCount(0)

  // The form of a page from before the other user became an admin.
  const theirs = await logInAs(server, admin)
  const member = await makePersonWith(server, 'member')
  const form = await theirs.findForm(pageOf(member), 'Start a password reset')
  const chief = await logInAs(server, await firstAdmin(server))
  await chief.submit(pageOf(member), 'Change role', { role: 'admin' })
  const answer = await theirs.post(form, [])
  expect(answer.location).toBe(`${pageOf(member)}?refused=admin_by_hand`)
  expect(textOf((await theirs.open(answer.location ?? '')).text)).toContain('starts the reset on the command line')
  expect(theirs.cookies.has('handed-over-reset-password')).toBe(false)
})

test(
  'an administrator who deleted the own account is demoted, suspended and deleted for good',
  everywhere,
  async ({ page, server }) => {
    const admin = await makePersonWith(server, 'admin')
    await giveCookies(await logInAs(server, admin), page.context())
    const gone = await makePersonWith(server, 'admin')
    const left = await (await logInAs(server, gone)).submit('/security/delete', 'Delete account', {})
    expect(left.location).toBe('/login?deleted=1')

    await page.goto(pageOf(gone))
    await expect(page.getByText('can restore it by logging in')).toBeVisible()
    await page.getByLabel('Role').selectOption('member')
    await page.getByRole('button', { name: 'Change role' }).click()
    await expect(status(page, 'Role changed.')).toBeVisible()
    const back = await logInAs(server, gone)
    expect((await back.open('/admin')).status).toBe(404)

    await back.submit('/security/delete', 'Delete account', {})
    await page.goto(pageOf(gone))
    await page.getByRole('link', { name: 'Suspend' }).click()
    await page.getByLabel('Reason').fill('Left with the keys')
    await page.getByRole('button', { name: 'Suspend' }).click()
    await expect(status(page, 'Suspended.')).toBeVisible()
    await expect(page.getByText('so logging in will not restore it')).toBeVisible()
    expect((await new Client(server.url).logIn(gone)).text).toContain('The username or password is wrong.')
    await page.getByRole('button', { name: 'Lift the suspension' }).click()
    await expect(status(page, 'The suspension was lifted.')).toBeVisible()

    await page.getByRole('link', { name: 'Delete permanently' }).click()
    await page.getByRole('button', { name: 'Delete account' }).click()
    await expect(status(page, 'Deleted.')).toBeVisible()
    expect((await new Client(server.url).logIn(gone)).text).toContain('The username or password is wrong.')
    await expect(page.getByRole('link', { name: 'Delete' })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Restore account' })).toBeVisible()
  },
)
