import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withCompression } from './page-compression.ts'
import { compressStaticFiles, withStaticFiles } from './static-files.ts'

const script = `console.log(${JSON.stringify('gatehouse '.repeat(500))})`
const plain = 'from Next'

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async ask(path: string, headers: IncomingHttpHeaders = {}, method = 'GET') {
      const asked = request({ port, path, headers, method, host: '127.0.0.1' }).end()
      const [answer] = await once(asked, 'response')
      return { status: answer.statusCode, headers: answer.headers as IncomingHttpHeaders, body: await buffer(answer) }
    },
    close: () => server.close().closeAllConnections(),
  }
}

describe('scripts and styles', () => {
  let build: string
  let site: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    build = await mkdtemp(join(tmpdir(), 'gatehouse-'))
    await mkdir(join(build, 'static/chunks'), { recursive: true })
    await writeFile(join(build, 'static/chunks/a.js'), script)
    await writeFile(join(build, 'static/chunks/a.woff2'), randomBytes(100))
    await writeFile(join(build, 'secret.js'), script)
    await compressStaticFiles(build)
    site = await serve(await withStaticFiles(build, (_request, response) => response.end(plain)))
  })
  afterAll(async () => {
    site.close()
    await rm(build, { recursive: true })
  })

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['gzip;q=1, br;q=0', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ])('are sent compressed to a client that accepts %s', async (accepted, encoding, open) => {
    const { status, headers, body } = await site.ask('/_next/static/chunks/a.js?v=1', { 'accept-encoding': accepted })
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': encoding,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    })
    expect(body.length).toBeLessThan(script.length / 10)
    expect(open(body).toString()).toBe(script)
  })

  test('answer HEAD with the same headers and no body', async () => {
    const get = await site.ask('/_next/static/chunks/a.js', { 'accept-encoding': 'br' })
    const head = await site.ask('/_next/static/chunks/a.js', { 'accept-encoding': 'br' }, 'HEAD')
    expect(head.headers).toEqual({ ...get.headers, date: expect.anything() })
    expect(head.body).toHaveLength(0)
  })

  test.each<[string, string, IncomingHttpHeaders]>([
    ['for a client without compression', '/_next/static/chunks/a.js', {}],
    ['for a client that refuses it', '/_next/static/chunks/a.js', { 'accept-encoding': 'identity, br;q=0, gzip;q=0' }],
    ['for a part of a file', '/_next/static/chunks/a.js', { 'accept-encoding': 'br', range: 'bytes=0-9' }],
    ['for a font', '/_next/static/chunks/a.woff2', { 'accept-encoding': 'br' }],
    ['for an unknown file', '/_next/static/chunks/b.js', { 'accept-encoding': 'br' }],
    ['for a file outside', '/_next/static/../secret.js', { 'accept-encoding': 'br' }],
    ['for a copy by its name', '/_next/static/chunks/a.js.br', { 'accept-encoding': 'br' }],
  ])('come from Next %s', async (_when, path, headers) => {
    const { body, headers: answered } = await site.ask(path, headers)
    expect(body.toString()).toBe(plain)
    expect(answered['content-encoding']).toBeUndefined()
  })
})

describe('a page', () => {
  const page = `<p>${'Gatehouse '.repeat(500)}</p>`
  const answering = (type: string) =>
    serve(
      withCompression('session', (_request, response) => {
        response.setHeader('content-type', type)
        response.write(page.slice(0, 1000))
        response.end(page.slice(1000))
      }),
    )
  const session = { cookie: 'theme=dark; session=Fe26', 'accept-encoding': 'gzip' }

  test.each<[string, string, IncomingHttpHeaders, string, boolean]>([
    ['of a visitor', '/login?next=/profile', { 'accept-encoding': 'gzip' }, 'GET', true],
    ['of a logged-in user', '/profile', session, 'GET', true],
    ['of a logged-in user with a query, which may hold an attacker’s text', '/profile?x=a', session, 'GET', false],
    ['that answers a form, whose input it may repeat', '/profile/edit', session, 'POST', false],
    ['for a client without compression', '/profile', { cookie: session.cookie }, 'GET', false],
  ])('%s: %s', async (_which, path, headers, method, isCompressed) => {
    const site = await answering('text/html; charset=utf-8')
    const { body, headers: answered } = await site.ask(path, headers, method)
    site.close()
    expect(answered['content-encoding']).toBe(isCompressed ? 'gzip' : undefined)
    expect((isCompressed ? gunzipSync(body) : body).toString()).toBe(page)
  })

  test('is the only thing that is compressed', async () => {
    const site = await answering('application/json')
    const { headers } = await site.ask('/api/session', session)
    site.close()
    expect(headers['content-encoding']).toBeUndefined()
  })
})
