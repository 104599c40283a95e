// The profile picture: made small by the browser, cleaned by the server, and shown to those who may see it.
import type { Page } from '@playwright/test'
import { expect, giveCookies, test } from '#e2e/fixtures.ts'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { findStoredUser, readStoredUsers } from '#e2e/support/store-contents.ts'
import { images } from '#lib/features/picture/images-for-test.ts'

const png = Buffer.from(images.pngDescribed, 'base64')
const upload = (content: Buffer | string, filename = 'me.png') => [['picture', { filename, content }]] as const

/** In the sidebar, which a phone hides. */
const shown = (page: Page) => page.getByRole('banner').locator('img')
const sourceOf = async (page: Page) => (await shown(page).getAttribute('src')) ?? ''

async function save(page: Page, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.goto('/profile/picture')
  await page.getByLabel('Image file').setInputFiles(file)
  await page.getByRole('button', { name: 'Save picture' }).click()
}

test('a picture is saved, shown, and removed', { tag: '@no-javascript' }, async ({ loggedInPage: page }) => {
  await save(page, { name: 'me.png', mimeType: 'image/png', buffer: png })
  await expect(page).toHaveURL('/profile?picture=saved')
  await expect(page.getByRole('status').filter({ hasText: 'Picture saved.' })).toBeVisible()
  expect((await page.request.get(await sourceOf(page))).headers()['content-type']).toMatch(/^image\/(png|webp)$/)
  await page.getByRole('link', { name: 'Change picture' }).click()
  await page.getByRole('button', { name: 'Remove picture' }).click()
  await expect(page).toHaveURL('/profile?picture=removed')
  await expect(shown(page)).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Add a picture' })).toBeVisible()
})

test('the browser makes a large photo small, from its middle', async ({ loggedInPage: page }) => {
  await page.goto('/profile/picture')
  const photo = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 900 })
    const context = canvas.getContext('2d')
    for (let at = 0; at < 1600 && context; at += 4) {
      context.fillStyle = `hsl(${at} 70% 50%)`
      context.fillRect(at, 0, 4, 900)
    }
    return canvas.toDataURL('image/png').split(',')[1] ?? ''
  })
  await save(page, { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(photo, 'base64') })
  await expect(page).toHaveURL('/profile?picture=saved')
  const answer = await page.request.get(await sourceOf(page))
  const image = await answer.body()
  expect(answer.headers()['content-type']).toBe('image/webp')
  expect(image.length).toBeLessThan(40_000)
  const size = () => shown(page).evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])
  await expect.poll(size).toEqual([256, 256])

  await page.goto('/profile/picture')
  const button = page.getByRole('button', { name: 'Save picture' })
  await expect(page.getByText('The middle is used.')).toBeVisible()
  const place = await button.boundingBox()
  await page.getByLabel('Image file').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: png })
  await expect(page.getByRole('img', { name: 'Your new picture' })).toBeVisible()
  expect(await button.boundingBox(), 'a press during the drawing would miss the button').toEqual(place)

  await page
    .getByLabel('Image file')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('text') })
  await expect(page.getByText('Your browser cannot read this file as an image.')).toBeVisible()
})

test('a picture goes to its user alone, as an image that runs nothing [V5.3.1, V8.2.2, T13, T31]', async ({
  server,
  client,
}) => {
  await client.signUp()
  const form = await client.findForm('/profile/picture', 'Save picture')
  // Some browsers send the whole path, and the name counts for nothing.
  expect((await client.post(form, upload(png, 'C:\\Bilder\\Größe 🦊.png'))).location).toBe('/profile?picture=saved')
  const [, path = ''] = /src="(\/api\/picture\/[^"]+)"/.exec((await client.open('/profile')).text) ?? []
  const answer = await client.fetch(path)
  expect(answer.status).toBe(200)
  expect(answer.headers).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=86400, immutable',
    'content-security-policy': expect.stringMatching(/^default-src 'none';.* sandbox$/),
  })
  expect(png.toString()).toContain('Ada Lovelace')
  expect(answer.text).not.toContain('Ada Lovelace')
  const again = { headers: { 'if-none-match': String(answer.headers.etag) } }
  expect((await client.fetch(path, again)).status).toBe(304)
  expect((await client.fetch(path.replace(/\?.*/, ''))).headers['cache-control']).toBe('private, no-cache')

  const other = new Client(server.url)
  await other.signUp()
  expect((await other.fetch(path)).status).toBe(404)
  expect((await new Client(server.url).fetch(path)).status).toBe(303)
})

test('an administrator removes the picture of another user', { tag: '@no-javascript' }, async ({
  page,
  server,
  client,
}) => {
  const person = await client.signUp()
  await client.post(await client.findForm('/profile/picture', 'Save picture'), upload(png))
  const { id } = (await findStoredUser(server.store, person.username)) ?? { id: '' }
  await giveCookies(await logInAs(server, await firstAdmin(server)), page.context())
  await page.goto(`/admin/users/${id}`)
  await page.getByRole('button', { name: 'Remove picture' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'The profile picture was removed.' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Remove picture' })).toHaveCount(0)
  expect((await client.open('/profile')).text).not.toContain('/api/picture/')
})

test('refuses everything but a picture, and says why [V5.2.1, V5.2.2, T31]', async ({ server, client }) => {
  await client.signUp()
  const form = await client.findForm('/profile/picture', 'Save picture')
  const users = await readStoredUsers(server.store)
  for (const [code, content, name] of [
    ['picture_kind', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'me.svg'],
    ['picture_kind', Buffer.from(images.webpAnimated, 'base64'), 'me.webp'],
    ['picture_missing', '', ''],
    ['picture_heavy', Buffer.alloc(260 * 1024), 'me.png'],
  ] as const) {
    const answer = await client.post(form, upload(content, name))
    expect(answer.location).toBe(`/profile/picture?refused=${code}`)
  }
  expect((await client.open('/profile/picture?refused=picture_kind')).text).toContain(
    'Choose a WebP, PNG or JPEG image that is not animated.',
  )
  expect((await client.post(form, upload(Buffer.alloc(400 * 1024)))).status).toBe(413)
  // A form may not be that large.
  const profile = await client.findForm('/profile/edit', 'Save profile')
  expect((await client.post(profile, [['bio', 'x'.repeat(140 * 1024)]])).status).toBe(413)

  const forged = { ...form, form: { ...form.form, hidden: [] } }
  expect((await client.post(forged, upload(png))).location).toBe('/profile/picture?refused=form_stale')
  const crossSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  expect((await client.post(form, upload(png), crossSite)).status).toBe(403)
  expect(await readStoredUsers(server.store)).toBe(users)
})
