// The page of the authenticator app, read by programs that know nothing of this site: zbarimg decodes the QR code from the
// screen, oathtool computes the codes. Needs both (Debian: oathtool, zbar-tools).
import { spawnSync } from 'node:child_process'
import type { Page } from '@playwright/test'
import { expect, signIn, test } from '#e2e/fixtures.ts'
import { seconds } from '#e2e/support/durations.ts'
import { logIn, logOut } from '#e2e/support/site.ts'

function run(program: string, args: string[], input?: Buffer): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (error) throw new Error(`${program} is missing (Debian: apt-get install oathtool zbar-tools): ${error.message}`)
  expect(status, `${program}: ${stderr}`).toBe(0)
  return stdout.trim()
}

async function scan(page: Page): Promise<URL> {
  const picture = await page.getByRole('img', { name: 'The key for your authenticator app' }).screenshot()
  return new URL(run('zbarimg', ['--quiet', '--raw', '-'], picture))
}

const codeAt = (key: string, at: number) =>
  run('oathtool', ['--totp', '--base32', `--now=@${Math.floor(at / 1000)}`, key])

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, { tag: '@no-javascript' }, () => {
    test.use({ colorScheme })

    test('zbarimg reads the QR code, and oathtool enrols and logs in [V6.5.5, V6.5.8]', async ({ page, server }) => {
      const person = await signIn(page.context(), server.url)
      await page.goto('/security/two-factor')
      const scanned = await scan(page)
      expect(scanned.protocol).toBe('otpauth:')
      expect(decodeURIComponent(scanned.pathname)).toContain(person.username)
      const key = scanned.searchParams.get('secret') ?? ''
      expect((await page.locator('code').textContent())?.replaceAll(' ', '')).toBe(key)

      await page.getByLabel('Code').fill(codeAt(key, server.now()))
      await page.getByRole('button', { name: 'Turn on' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Save your recovery codes')

      await page.goto('/profile')
      await logOut(page)
      await logIn(page, person)
      // The code that turned the app on logs nobody in.
      await server.advance(seconds(30))
      await page.getByLabel('Code', { exact: true }).fill(codeAt(key, server.now()))
      await page.getByRole('button', { name: 'Log in' }).click()
      await expect(page).toHaveURL('/')
    })
  })
}
