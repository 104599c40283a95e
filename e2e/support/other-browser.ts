// Other browsers of the same user, and waiting until an authentication is no longer recent.
import { expect, type Page } from '@playwright/test'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import type { Person } from '#e2e/support/person.ts'

export const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

/** Logs the user in with this User-Agent. */
export async function logInWithOtherBrowser(origin: string, person: Person, userAgent = firefox): Promise<Client> {
  const otherBrowser = new Client(origin)
  const form = await otherBrowser.findForm('/login', 'Log in')
  await otherBrowser.post(form, Object.entries({ ...person }), { 'user-agent': userAgent })
  expect(await otherBrowser.isSignedIn()).toBe(true)
  return otherBrowser
}

/** All users open a page now and then for eighteen minutes: the sessions stay live, the authentications get old. */
export async function outliveProof(
  server: { url: string; advance(ms: number): Promise<void> },
  pages: readonly Page[],
  clients: readonly Client[],
): Promise<void> {
  const ofPages = pages.map((page) => new Client(server.url).takeCookies(page.context()))
  const all = [...clients, ...(await Promise.all(ofPages))]
  for (let round = 0; round < 2; round++) {
    await server.advance(minutes(9))
    for (const client of all) expect((await client.open('/profile')).status).toBe(200)
  }
}
