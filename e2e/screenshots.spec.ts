// Pictures of every page in light, dark and on a phone, to look at: in test-results/screenshots, and with
// SCREENSHOTS=docs also the few of the README, in docs/images.
import path from 'node:path'
import { test } from '#e2e/fixtures.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { memberViews, menuView, signUpFor, visitorViews } from '#e2e/support/views.ts'

const looks = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { look: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

const forReadme = ['home-complete-light', 'home-complete-dark', 'profile-saved-phone']

for (const { look, colorScheme, viewport } of looks) {
  // No store changes them: one run makes them.
  test.describe(`every page, ${look}`, { tag: '@json' }, () => {
    test.use({ colorScheme, viewport })

    test('is shown', async ({ page, server, expectedNoise }) => {
      expectedNoise.push(/404 \(Not Found\)|401 \(Unauthorized\)/)
      const isPhone = viewport.width < 700
      for (const { name, show } of visitorViews) {
        await show(page)
        await page.screenshot({ path: pictureOf(name, look), fullPage: true, animations: 'disabled' })
      }
      const person = await signUpFor(page, `zoe.quist-${look}`)
      for (const { name, show } of isPhone ? [...memberViews, menuView] : memberViews) {
        await show(page, { server, person })
        await page.screenshot({ path: pictureOf(name, look), fullPage: true, animations: 'disabled' })
      }
    })
  })
}

function pictureOf(name: string, look: string): string {
  const file = `${name}-${look}.png`
  const isWanted = process.env.SCREENSHOTS === 'docs' && forReadme.includes(`${name}-${look}`)
  return path.join(projectDir, isWanted ? 'docs/images' : 'test-results/screenshots', file)
}
