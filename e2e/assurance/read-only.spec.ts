// Hosts without a writable disk, such as Vercel: the site works with PostgreSQL and a secret. Without either, the start
// says what to set.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '#e2e/fixtures.ts'
import { makePerson } from '#e2e/support/person.ts'
import { startPlainNext } from '#e2e/support/plain-next.ts'
import { onReadOnlyDisks } from '#e2e/support/read-only.ts'
import { type Exit, runToExit } from '#e2e/support/server-process.ts'
import { expectProfile, goTo, logIn, logOut, saveProfile, signUp } from '#e2e/support/site.ts'
import { makePostgresStore, type TestStore } from '#e2e/support/test-store.ts'
import { makeSecret } from '#e2e/support/two-instances.ts'

const everywhere = { tag: ['@postgres', '@no-javascript'] }
const written = { fullName: 'Zoë Quist-O’Hara', bio: 'Two\nlines', age: '41' }

async function walk(page: Page, origin: string): Promise<void> {
  const person = makePerson()
  await page.goto(`${origin}/profile`)
  await expect(page).toHaveURL(`${origin}/login?next=%2Fprofile`)
  await page.getByRole('link', { name: 'Sign up' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign up')
  await signUp(page, person)
  await expect(page).toHaveURL(`${origin}/profile`)
  await page.getByRole('link', { name: 'Edit profile' }).click()
  await saveProfile(page, written)
  await expectProfile(page, written)
  await goTo(page, 'Home')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(written.fullName)
  await logOut(page)
  await expect(page.getByRole('status')).toContainText('You are logged out.')
  await page.goto(`${origin}/profile`)
  await logIn(page, { ...person, password: 'wrong' })
  await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
  await logIn(page, person)
  await expectProfile(page, written)
  await page.context().close()
}

function expectOneLine({ code, stdout, stderr }: Exit, naming: string): void {
  const lines = (stderr + stdout).trim().split('\n')
  expect.soft(code).toBe(1)
  expect.soft(lines).toHaveLength(1)
  expect.soft(lines[0]).toMatch(new RegExp(`[Ss]et ${naming}|${naming} must be`))
}

let store: TestStore
let dataDir: string

test.beforeEach(async () => {
  store = await makePostgresStore()
  dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
})

test.afterEach(async () => {
  await store.remove()
  await rm(dataDir, { recursive: true })
})

test.describe('on a read-only file system', { tag: '@postgres' }, () => {
  test('the whole journey works with PostgreSQL and a secret', everywhere, async ({ page, startOwnServer }) => {
    const env = { SESSION_SECRET: makeSecret() }
    const server = await startOwnServer({ store, dataDir, env, wrapper: onReadOnlyDisks() })
    await walk(page, server.url)
    await server.stop()
  })

  test('a start without DATABASE_URL fails with one line that says to set it', async () => {
    const exit = await runToExit({ DATA_DIR: dataDir, SESSION_SECRET: makeSecret() }, { wrapper: onReadOnlyDisks() })
    expectOneLine(exit, 'DATABASE_URL')
  })

  test('a start without SESSION_SECRET fails with one line that says to set it', async () => {
    const exit = await runToExit({ DATA_DIR: dataDir, ...store.settings }, { wrapper: onReadOnlyDisks() })
    expectOneLine(exit, 'SESSION_SECRET')
  })
})

test.describe('on Vercel', { tag: '@postgres' }, () => {
  test(
    'the whole way works under Next’s own server, with nothing that can be written',
    everywhere,
    async ({ page }) => {
      const settings = { VERCEL: '1', SESSION_SECRET: makeSecret(), DATA_DIR: dataDir, ...store.settings }
      const site = await startPlainNext(settings, onReadOnlyDisks())
      await walk(page, site.url)
      await site.stop()
      expect(site.faults()).toEqual([])
    },
  )

  test('a start without DATABASE_URL, or with a file in it, fails with one line that says to set it', async () => {
    for (const given of [{}, { DATABASE_URL: 'sqlite:./data/gatehouse.db' }]) {
      const settings = { VERCEL: '1', SESSION_SECRET: makeSecret(), DATA_DIR: dataDir, ...given }
      expectOneLine(await runToExit(settings), 'DATABASE_URL')
    }
  })

  test('a start without SESSION_SECRET fails with one line that says to set it', async () => {
    expectOneLine(await runToExit({ VERCEL: '1', DATA_DIR: dataDir, ...store.settings }), 'SESSION_SECRET')
  })
})
