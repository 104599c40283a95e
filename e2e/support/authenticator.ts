// An authenticator app in the hands of a test, and the steps with it.
import { expect, type Page } from '@playwright/test'
import { Secret, TOTP } from 'otpauth'
import type { Client } from '#e2e/support/client.ts'
import { seconds } from '#e2e/support/durations.ts'
import type { TestServer } from '#e2e/support/server.ts'

const stepMs = seconds(30)

/** The key, and the last step whose code it gave. */
export class Authenticator {
  readonly #secret: Secret
  #lastStep = 0

  /** `key` as the page shows it, in base32 with spaces. */
  constructor(key: string) {
    this.#secret = Secret.fromBase32(key.replaceAll(' ', ''))
  }

  /**
   * A code that was not given before: of the present step or, as the site takes it too, of the next one. Moves the
   * server's clock when both are used up.
   */
  async nextCode(server: Pick<TestServer, 'now' | 'advance'>): Promise<string> {
    const present = Math.floor(server.now() / stepMs)
    if (this.#lastStep > present) await server.advance(stepMs)
    this.#lastStep = Math.max(this.#lastStep + 1, Math.floor(server.now() / stepMs))
    return this.#codeOf(this.#lastStep)
  }

  /** Six digits that no code near the present has. */
  wrongCode(server: Pick<TestServer, 'now'>): string {
    const present = Math.floor(server.now() / stepMs)
    const near = [-3, -2, -1, 0, 1, 2, 3].map((distance) => this.#codeOf(present + distance))
    return ['000000', '111111', '222222', '333333', '444444', '555555', '666666', '777777'].find(
      (code) => !near.includes(code),
    ) as string
  }

  #codeOf(step: number): string {
    return TOTP.generate({ secret: this.#secret, timestamp: step * stepMs })
  }
}

/** The page with the key is open. */
export async function readKey(page: Page): Promise<Authenticator> {
  return new Authenticator((await page.locator('code').textContent()) ?? '')
}

/** Turns the app on where the page shows its key, and returns the recovery codes. */
export async function turnOnIn(page: Page, app: Authenticator, server: TestServer): Promise<string[]> {
  await page.getByLabel('Code').fill(await app.nextCode(server))
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Save your recovery codes')
  return page.locator('code').allInnerTexts()
}

/** The same by requests, for a client that just logged in. */
export async function turnOnBy(
  client: Client,
  server: TestServer,
): Promise<{ app: Authenticator; recoveryCodes: string[] }> {
  const app = new Authenticator(codesIn((await client.open('/security/two-factor')).text)[0] ?? '')
  const { location } = await client.submit('/security/two-factor', 'Turn on', { code: await app.nextCode(server) })
  return { app, recoveryCodes: codesIn((await client.open(location ?? '')).text) }
}

/** The texts that a page sets as code. */
export function codesIn(html: string): string[] {
  return [...html.matchAll(/<code\b[^>]*>([^<]*)<\/code>/g)].map(([, text = '']) => text)
}
