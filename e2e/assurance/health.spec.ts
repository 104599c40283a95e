// What the process reports to monitoring, and how it ends after an unexpected error.
import { rename } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { faultWords } from '#e2e/support/faults-on-signal.ts'
import { send } from '#e2e/support/http.ts'
import type { TestServer } from '#e2e/support/server.ts'

const preload = pathToFileURL('e2e/support/faults-on-signal.ts').href
const withFaults = { env: { NODE_OPTIONS: `--import ${preload}` }, expectFaults: true }

const signal = (server: TestServer, name: NodeJS.Signals) => process.kill(server.pid() ?? 0, name)
const linesOf = (server: TestServer, event: string) => server.logLines().filter((line) => line.event === event)

test('the health checks report only that it is healthy, however often they are called [V13.4.5, V13.4.6]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { LIMITS: 'on' } })
  for (const path of ['/healthz', '/readyz']) {
    const answers = await Promise.all(Array.from({ length: 60 }, () => send(server.address, { path })))
    expect(answers.filter(({ status, text }) => status !== 200 || text !== '{"status":"ok"}')).toEqual([])
    const [{ headers } = { headers: {} }] = answers
    expect(Object.keys(headers).filter((name) => /^(server|via)$|version|powered/.test(name))).toEqual([])
    expect(JSON.stringify(headers)).not.toMatch(/\d+\.\d+/)
  }
  for (const path of ['/metrics', '/debug', '/status', '/actuator', '/server-status', '/_next/trace'])
    expect((await send(server.address, { path })).status, path).not.toBe(200)
})

test('a store failure is reported by its code, without path or password [V13.4.5]', { tag: '@json' }, async ({
  startOwnServer,
}) => {
  const server = await startOwnServer({ expectFaults: true })
  await rename(server.dataDir, `${server.dataDir}-away`)
  const readiness = () => send(server.address, { path: '/readyz' })
  await expect.poll(async () => (await readiness()).status).toBe(503)
  const { text } = await readiness()
  expect(JSON.parse(text)).toEqual({ status: 'unavailable', reason: expect.stringMatching(/^[a-z_]+( \(E[A-Z]+\))?$/) })
  expect((await send(server.address, { path: '/healthz' })).status).toBe(200)
  await rename(`${server.dataDir}-away`, server.dataDir)
})

test('a page that fails shows a reference, and the log has it with the request’s id and the error [V16.3.4, V16.5.1]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer(withFaults)
  const client = new Client(server.url)
  await client.signUp()
  signal(server, 'SIGCONT')
  await expect.poll(() => server.output().stderr).toContain('users fail from now on')

  const answer = await client.open('/profile')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('fault-canary')
  expect(answer.text).not.toMatch(/node_modules|at \w+ \(|\.next\/|lib\/stores/)
  await expect.poll(() => linesOf(server, 'request_failed').length).toBeGreaterThan(0)
  const [line] = linesOf(server, 'request_failed')
  expect(line).toMatchObject({ requestId: answer.headers['x-request-id'], path: '/profile', method: 'GET' })
  expect(line?.digest).toMatch(/^\d+/)
  expect(answer.text).toContain(String(line?.digest))
  expect(JSON.stringify(line?.err)).toContain('fault-canary')
})

test('an uncaught exception is logged, saved data stays, and the process exits with 1 [V16.5.4]', async ({
  startOwnServer,
}) => {
  const server = await startOwnServer(withFaults)
  const client = new Client(server.url)
  await client.signUp()
  // A rejected promise is only logged, so no client can stop the process with one.
  signal(server, 'SIGWINCH')
  await expect.poll(() => linesOf(server, 'rejection_unhandled').length).toBe(1)
  expect(await client.isSignedIn()).toBe(true)

  signal(server, 'SIGUSR2')
  expect(await server.ended()).toBe(1)
  expect(linesOf(server, 'process_failed')).toMatchObject([{ level: 'fatal', err: { message: faultWords } }])
  await server.restart()
  expect(await client.isSignedIn()).toBe(true)
})
