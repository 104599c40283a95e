// Screenshots of every page in light, dark and on a phone, in test-results/screenshots. SCREENSHOTS=docs also writes
// those of the README to docs/images.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { makePersonWith } from '#e2e/support/admin.ts'
import { firefox } from '#e2e/support/other-browser.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { logIn } from '#e2e/support/site.ts'
import {
  adminViews,
  enrolmentViews,
  memberViews,
  menuView,
  showViews,
  signUpFor,
  visitorViews,
} from '#e2e/support/views.ts'
import { writeLetter } from '#lib/core/mail/letter.ts'
import { alertKinds, type Message, readerOf } from '#lib/core/mail/message.ts'

const looks = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const

const by = {
  at: Date.UTC(2026, 10, 23, 9, 41),
  userAgent: firefox,
  address: '203.0.113.7',
  locale: 'en',
  timeZone: 'Europe/Vienna',
} as const
const recipient = { to: 'zoe.quist@example.org', username: 'zoe.quist', by, reader: readerOf(by) }
const token = 'q7Jx0tWb5cMmY2kV9sZ1rL4nE8aH6dPfGuTiOyRwX3Q'
const everyMessage: Message[] = [
  { kind: 'verify-email', code: '12345678', ...recipient },
  { kind: 'address-in-use', ...recipient },
  { kind: 'reset-password', token, ...recipient },
  { kind: 'reset-started', token, ...recipient },
  { kind: 'role-changed', role: 'admin', ...recipient },
  { kind: 'suspended', until: by.at, ...recipient },
  { kind: 'suspension-ended', ...recipient },
  { kind: 'account-deleted-by-admin', erasedAt: by.at, ...recipient },
  { kind: 'account-restored-by-admin', ...recipient },
  { kind: 'picture-removed-by-admin', ...recipient },
  { kind: 'factor-reset-started', token, dueAt: by.at + 86_400_000, ...recipient },
  { kind: 'factor-reset-done', hasPassword: false, ...recipient },
  { kind: 'invitation', token, inviter: 'Wolfeschlegelstein'.repeat(5), role: 'member', ...recipient, username: '' },
  ...alertKinds.map((kind): Message => ({ kind, token, ...recipient })),
]

const forReadme = ['home-complete-light', 'home-complete-dark', 'profile-saved-phone']

for (const { look, colorScheme, viewport } of looks) {
  // Independent of the store.
  test.describe(`every page, ${look}`, { tag: '@json' }, () => {
    test.use({ colorScheme, viewport })

    test('renders without browser errors, such as a policy violation [V3.4.3, T12]', async ({
      page,
      server,
      expectedNoise,
    }) => {
      expectedNoise.push(/404 \(Not Found\)|401 \(Unauthorized\)/)
      const isPhone = viewport.width < 700
      const take = takePicture(page, look)
      await showViews(page, visitorViews, undefined, take)
      const person = await signUpFor(page, `zoe.quist-${look}`)
      await showViews(page, isPhone ? [...memberViews, menuView] : memberViews, { server, person }, take)
    })

    test('of an admin renders without browser errors [V3.4.3, T12]', async ({ page, server }) => {
      const person = await makePersonWith(server, 'member')
      await page.goto('/login')
      await logIn(page, await makePersonWith(server, 'admin'))
      await expect(page).toHaveURL('/')
      await showViews(page, adminViews, { server, person }, takePicture(page, look))
    })

    test('of an enrolment that the role requires renders without browser errors [V3.4.3, T12]', async ({
      page,
      startOwnServer,
    }) => {
      const server = await startOwnServer({ env: { REQUIRE_TWO_FACTOR: 'member' } })
      const person = await signIn(page.context(), server.url)
      await showViews(page, enrolmentViews, { server, person }, takePicture(page, look))
    })
  })
}

for (const { look, colorScheme, viewport } of looks) {
  test.describe(`every mail, ${look}`, { tag: '@json' }, () => {
    test.use({ colorScheme, viewport })

    test('renders as in a mail program', async ({ page }) => {
      for (const message of everyMessage) {
        const { html, text } = writeLetter(message, 'https://accounts.example.com')
        await page.setContent(html)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow, `${message.kind} scrolls sideways`).toBeLessThanOrEqual(0)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations, message.kind).toEqual([])
        await page.screenshot({ path: pictureOf(`mail-${message.kind}`, look), fullPage: true })
        if (look !== 'light') continue
        await writeFile(path.join(projectDir, `test-results/screenshots/mail-${message.kind}.txt`), text)
      }
    })
  })
}

function takePicture(page: Page, look: string) {
  return async (name: string) => {
    await page.screenshot({ path: pictureOf(name, look), fullPage: true, animations: 'disabled' })
  }
}

function pictureOf(name: string, look: string): string {
  const file = `${name}-${look}.png`
  const isWanted = process.env.SCREENSHOTS === 'docs' && forReadme.includes(`${name}-${look}`)
  return path.join(projectDir, isWanted ? 'docs/images' : 'test-results/screenshots', file)
}
