// WCAG 2.2 on every page and its main states, in light and dark, wide and narrow, plus the whole journey by keyboard.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { makePersonWith } from '#e2e/support/admin.ts'
import { makePerson } from '#e2e/support/person.ts'
import { expectProfile, logIn } from '#e2e/support/site.ts'
import {
  adminViews,
  enrolmentViews,
  memberViews,
  menuView,
  showViews,
  signUpFor,
  visitorViews,
} from '#e2e/support/views.ts'

const widths = [1280, 320]
const memberPaths = ['/', '/profile', '/profile/edit', '/profile/picture', '/security', '/security/password']

async function findViolations(axe: AxeBuilder) {
  const { violations } = await axe.analyze()
  return violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.target.join(' ')) }))
}

async function expectAccessible(page: Page, name: string): Promise<void> {
  expect.soft(await findViolations(new AxeBuilder({ page })), name).toEqual([])
  await expect.soft(page, name).toHaveTitle(/^.+ · Gatehouse$/)
  await expect.soft(page.getByRole('heading', { level: 1 }), name).toHaveCount(1)
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0)
  // The same visit in dark. Reduced motion applies the colours at once.
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  expect.soft(await findViolations(new AxeBuilder({ page })), `${name}, in dark`).toEqual([])
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

for (const width of widths) {
  // Independent of the store.
  test.describe(`at ${width} px`, { tag: '@json' }, () => {
    test.use({ colorScheme: 'light', viewport: { width, height: 900 } })

    test('visitor pages have no violations', async ({ page }) => {
      await showViews(page, visitorViews, undefined, (name) => expectAccessible(page, name))
    })

    test('members’ pages have no violations', async ({ page, server, expectedNoise }) => {
      expectedNoise.push(/404 \(Not Found\)|401 \(Unauthorized\)/)
      const person = await signUpFor(page, makePerson().username)
      const views = width < 700 ? [...memberViews, menuView] : memberViews
      await showViews(page, views, { server, person }, (name) => expectAccessible(page, name))
    })

    test('admin pages have no violations', async ({ page, server }) => {
      const person = await makePersonWith(server, 'member')
      await page.goto('/login')
      await logIn(page, await makePersonWith(server, 'admin'))
      await expect(page).toHaveURL('/')
      await showViews(page, adminViews, { server, person }, (name) => expectAccessible(page, name))
    })

    test('an enrolment that the role requires has no violations', async ({ page, startOwnServer }) => {
      const server = await startOwnServer({ env: { REQUIRE_TWO_FACTOR: 'member' } })
      const person = await signIn(page.context(), server.url)
      await showViews(page, enrolmentViews, { server, person }, (name) => expectAccessible(page, name))
    })
  })
}

test('text at twice its size fits a narrow window', async ({ loggedInPage: page }) => {
  await page.setViewportSize({ width: 640, height: 900 })
  for (const path of memberPaths) {
    await page.goto(path)
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(640)
  }
})

/** Presses Tab until the element has the focus; each focused element must be visible. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox', name: string): Promise<void> {
  const target = page.getByRole(role, { name, exact: true })
  await reach(page, () => target.evaluate((element) => element === document.activeElement), name)
}

async function tabToPassword(page: Page, label: string): Promise<void> {
  const target = page.getByLabel(label, { exact: true })
  await reach(page, () => target.evaluate((element) => element === document.activeElement), label)
}

async function reach(page: Page, isThere: () => Promise<boolean>, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
    await expect(page.locator(':focus')).toBeVisible()
  }
  throw new Error(`Forty presses of Tab did not reach “${name}”`)
}

test('the whole journey works by keyboard alone', async ({ page }) => {
  const { username, password } = makePerson()
  await page.goto('/login')
  await tabTo(page, 'link', 'Sign up')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/signup/)

  await tabTo(page, 'textbox', 'Username')
  await page.keyboard.type(username)
  await tabToPassword(page, 'Password')
  await page.keyboard.type(password)
  await tabToPassword(page, 'Confirm password')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/')

  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()

  await page.goto('/profile')
  await tabTo(page, 'link', 'Edit profile')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/profile/edit')
  await tabTo(page, 'textbox', 'Full name')
  await page.keyboard.type('Ada Keys')
  await tabTo(page, 'textbox', 'Bio')
  await page.keyboard.type('First')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Second')
  await tabTo(page, 'textbox', 'Age')
  await page.keyboard.type('36')
  await tabTo(page, 'button', 'Save profile')
  await page.keyboard.press('Space')
  await expectProfile(page, { fullName: 'Ada Keys', bio: 'First\nSecond', age: '36' })

  await page.goto('/')
  await tabTo(page, 'button', 'Log out')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/login?reason=signed-out')
})

test('a phone’s menu opens, closes and returns the focus by keyboard', async ({ loggedInPage: page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('/')
  await tabTo(page, 'button', 'Menu')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: 'Profile', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('link', { name: 'Profile', exact: true })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Menu' })).toBeFocused()

  await page.keyboard.press('Enter')
  await tabTo(page, 'button', 'Log out')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Profile', exact: true }), 'does not hide the focus').toBeHidden()
})

test.describe('with forced colours and less motion', () => {
  test.use({ contextOptions: { forcedColors: 'active', reducedMotion: 'reduce' } })

  test('pages stay usable', async ({ loggedInPage: page }) => {
    for (const path of memberPaths) {
      await page.goto(path)
      // The colours are the system's. axe would read -webkit-text-fill-color, which keeps the page's own.
      const axe = new AxeBuilder({ page }).disableRules('color-contrast')
      expect.soft(await findViolations(axe), path).toEqual([])
    }
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) =>
          getComputedStyle(element)
            .transitionDuration.split(',')
            .some((text) => Number.parseFloat(text) > 0.01),
        ).length,
    )
    expect(moving).toBe(0)
  })
})
