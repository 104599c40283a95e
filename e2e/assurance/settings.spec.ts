// Starting: fast with valid settings, and refused with a wrong setting or a foreign folder.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { findFreePort } from '#e2e/support/free-port.ts'
import { type Exit, runToExit } from '#e2e/support/server-process.ts'

const secret = 'a-secret-of-31-characters-xxxxx'

/** lib/config.test.ts tests every setting. */
const wrong: [name: string, value: string][] = [
  ['APP_URL', 'https://name:canary@accounts.example.com'],
  ['SESSION_SECRET', `${'x'.repeat(40)},${secret}`],
]

/** A failing exit code and one line that names the problem. */
function expectOneLine({ code, stdout, stderr }: Exit, naming: string): void {
  const lines = (stderr + stdout).trim().split('\n')
  expect.soft(code, naming).toBe(1)
  expect.soft(lines, naming).toHaveLength(1)
  expect.soft(lines[0]).toContain(naming)
}

test.describe('a wrong value fails the start with one line that names the setting:', () => {
  for (const [name, value] of wrong) {
    test(`${name}=${value.slice(0, 50)}`, async () => {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
      const exit = await runToExit({ DATA_DIR: dataDir, [name]: value })
      expectOneLine(exit, name)
      expect(exit.stderr + exit.stdout).not.toMatch(/canary|a-secret-of/)
      await rm(dataDir, { recursive: true })
    })
  }
})

test('a DATA_DIR that is a file fails the start with one line that names it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
  const file = path.join(folder, 'taken')
  await writeFile(file, '')
  expectOneLine(await runToExit({ DATA_DIR: file }), file)
  await rm(folder, { recursive: true })
})

test('a taken port fails the start with one line that names PORT', async () => {
  const port = await findFreePort()
  const other = createServer().listen(port, '127.0.0.1')
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'))
  const exit = await runToExit({ PORT: String(port), DATA_DIR: dataDir })
  expect(exit.code).toBe(1)
  expect(
    exit.stderr
      .trim()
      .split('\n')
      .filter((line) => line.includes('PORT')),
  ).toHaveLength(1)
  other.close()
  await rm(dataDir, { recursive: true })
})

test('the session windows follow the settings', async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { SESSION_IDLE_SECONDS: '5', SESSION_MAX_SECONDS: '8' } })
  const client = new Client(server.url)
  await client.signUp()
  await server.advance(4000)
  expect((await client.open('/profile')).status).toBe(200)
  await server.advance(4000)
  expect((await client.open('/profile')).location).toContain('reason=expired')

  await client.signUp()
  await server.advance(5000)
  expect((await client.open('/profile')).location).toContain('reason=idle')
})

test('secrets can be rotated without logging users out [V11.2.2, V13.3.4]', async ({ startOwnServer }) => {
  const [old, newer] = ['o'.repeat(40), 'n'.repeat(40)]
  const server = await startOwnServer({ env: { SESSION_SECRET: old } })
  const client = new Client(server.url)
  await client.signUp()

  await server.restart({ SESSION_SECRET: `${newer},${old}` })
  expect(await client.isSignedIn()).toBe(true)
  await server.restart({ SESSION_SECRET: newer })
  expect(await client.isSignedIn()).toBe(false)
})

test('a browser that opens a page while both secrets are set is still known when the old one is removed', async ({
  startOwnServer,
}) => {
  const [old, newer] = ['o'.repeat(40), 'n'.repeat(40)]
  const server = await startOwnServer({ env: { SESSION_SECRET: old } })
  const seen = new Client(server.url)
  const person = await seen.signUp()
  const unseen = seen.copy()
  const idOf = (client: Client) => client.cookies.get('device')?.slice(0, 32)
  const id = idOf(seen)

  await server.restart({ SESSION_SECRET: `${newer},${old}` })
  await seen.open('/profile')
  await server.restart({ SESSION_SECRET: newer })
  await seen.logIn(person)
  expect(idOf(seen)).toBe(id)
  // Its marks stayed with the name: one person, once.
  expect(seen.cookies.get('device')?.split('.')).toHaveLength(2)
  await unseen.logIn(person)
  expect(idOf(unseen)).not.toBe(id)
})
