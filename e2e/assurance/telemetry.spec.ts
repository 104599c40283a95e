// OpenTelemetry: nothing without a collector; with one, metrics and spans, and no secrets.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { startCollector } from '#e2e/support/collector.ts'
import { letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson } from '#e2e/support/person.ts'

const onFiles = { tag: '@json' }

test(
  'without a collector the site runs as if no package of OpenTelemetry were there',
  onFiles,
  async ({ startOwnServer }) => {
    const preload = pathToFileURL('e2e/support/without-packages.ts').href
    const server = await startOwnServer({ env: { NODE_OPTIONS: `--import ${preload}` } })
    const client = new Client(server.url)
    const person = await client.signUp()
    await client.logOut()
    await client.logIn(person)
    expect((await client.open('/profile')).status).toBe(200)
    await server.stop()
    // Next looks for the API package, which does nothing by itself, and bundles a copy.
    const asked = new Set(server.output().stderr.match(/asked for \S+/g))
    expect([...asked].filter((line) => line !== 'asked for @opentelemetry/api')).toEqual([])
  },
)

test(
  'a collector gets figures and spans, tied to the log, and no name, address or secret [V16.2.5, T30]',
  onFiles,
  async ({ startOwnServer }) => {
    const collector = await startCollector()
    const server = await startOwnServer({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } })
    const client = new Client(server.url)
    const person = makePerson()
    const email = `${person.username}@example.org`
    await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password, email })
    const code = await letterTo(server, email, /^Your code: \d{8}/)
    await client.open(pathIn(code))
    await new Client(server.url).logIn({ ...person, password: 'canary-wrong-password' })
    await client.open('/nowhere/canary-path?canary-query=1')
    const shown = await client.open('/profile')
    expect(shown.status).toBe(200)
    // The cookie that tests for cookies contains a number and no secret.
    const cookies = [...client.cookies].flatMap(([name, value]) => (name === 'cookie-check' ? [] : [value]))
    await server.stop()

    const [spans, figures] = [collector.received('/v1/traces'), collector.received('/v1/metrics')]
    for (const text of ['gatehouse', 'GET /profile', 'BaseServer.handleRequest', String(shown.headers['x-request-id'])])
      expect(spans.includes(text), text).toBe(true)
    const named = [
      'gatehouse.security.events',
      'session.started',
      'refused',
      'http.server.request.duration',
      '/login',
      'gatehouse.password.hash.duration',
      'gatehouse.password.hash.waiting',
      'nodejs.eventloop.delay.p99',
    ]
    for (const text of named) expect(figures.includes(text), text).toBe(true)
    const secret = new URLSearchParams(pathIn(code).split('?')[1])
    const canaries = [person.username, person.password, email, 'canary-', '127.0.0.1', ...secret.values(), ...cookies]
    for (const canary of canaries) {
      expect(spans.includes(canary), `${canary} in spans`).toBe(false)
      expect(figures.includes(canary), `${canary} in figures`).toBe(false)
    }
    expect(collector.contentTypes()).toEqual(['application/x-protobuf'])
    await collector.close()
  },
)

test(
  'a collector that takes everything and answers nothing holds up no request and not the end',
  onFiles,
  async ({ startOwnServer }) => {
    const silent = createServer((socket) => socket.on('error', () => {}))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : 0
    const server = await startOwnServer({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } })
    const client = new Client(server.url)
    await client.signUp()
    for (let time = 0; time < 20; time++) expect((await client.open('/profile')).status).toBe(200)
    const began = performance.now()
    await server.stop()
    // Three seconds for failing exports, and a margin for a busy machine.
    expect(performance.now() - began).toBeLessThan(10_000)
    silent.close()
  },
)
