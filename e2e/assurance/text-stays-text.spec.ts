// User text is shown as entered on every page, and never becomes markup, script, template or link.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { logIn, saveProfile } from '#e2e/support/site.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

const fullName = `"><svg onload=alert(1)>'{{7*7}}\${7*7}<%=7*7%>&amp;&lt;b&gt;`
const bio = [
  '</script><script>window.planted=1</script>',
  '<img src=x onerror="window.planted=1">',
  '</textarea><b>bold</b>\u2028\u2029<!--<script>',
  '$1 $undefined @{x} {name, plural, other {#}} %s %o %c',
  'https://evil.test/ javascript:alert(1) [link](https://evil.test)',
].join('\n')

test('markup, scripts, templates and addresses [V1.1.2, V1.2.1, V1.2.3, V1.3.7, V3.7.3]', { tag: '@json' }, async ({
  page,
  server,
}) => {
  const person = await new Client(server.url).signUp()
  await page.goto('/login')
  await logIn(page, person)
  await expect(page).toHaveURL('/')
  // Twice, because text encoded once too often shows on the second save.
  for (let times = 0; times < 2; times += 1) {
    await page.goto('/profile/edit')
    if (times > 0) {
      await expect(page.getByLabel('Full name')).toHaveValue(fullName)
      await expect(page.getByLabel('Bio')).toHaveValue(bio)
    }
    await saveProfile(page, { fullName, bio, age: '' })
    await expect(page).toHaveURL(/\/profile\?saved=1$/)
    expect((await findStoredUser(server.store, person.username))?.profile).toMatchObject({ fullName, bio })
  }

  const admin = await logInAs(server, await firstAdmin(server))
  const { id = '' } = (await findStoredUser(server.store, person.username)) ?? {}
  const member = new Client(server.url)
  await member.takeCookies(page.context())
  const answers = [
    ...(await Promise.all(['/', '/profile', '/profile/edit'].map((path) => member.copy().open(path)))),
    await admin.open(`/admin/users/${id}`),
    await admin.open(`/admin/users?search=${person.username}`),
    await admin.open(`/admin/users?search=${encodeURIComponent(fullName)}`),
  ]
  for (const { text, status } of answers) {
    expect(status).toBe(200)
    expect(text).toContain('&lt;svg onload=alert(1)&gt;')
    expect(text).not.toMatch(/<svg onload|<script>window\.planted|<img src=x/)
    expect(text).not.toMatch(/href="(https:\/\/evil|javascript:)/)
  }

  for (const path of ['/', '/profile', '/profile/edit']) {
    await page.goto(path)
    // Wait for hydration: before it, the page proves nothing.
    await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
    expect(await page.evaluate(() => 'planted' in window)).toBe(false)
    await expect(page.locator('a[href*="evil.test"], a[href^="javascript:"]')).toHaveCount(0)
  }
  await page.goto('/profile')
  await expect(page.getByRole('main')).toContainText(fullName)
  await expect(page.getByRole('main')).toContainText('</script><script>window.planted=1</script>')
  await expect(page.getByRole('main')).toContainText('{name, plural, other {#}} %s %o %c')
})
