import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { readSettings } from '../config.ts'
import { createLog, type Log } from '../core/log/log.ts'
import { createSecurityEvents } from '../core/security-events.ts'
import { answerHeaders } from '../web/responses/security-headers.ts'
import { createAnswers } from './answers.ts'
import { createServers } from './http.ts'

const running: Server[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.close().closeAllConnections()
})

async function listen(
  listener: RequestListener | null,
  APP_URL = 'http://localhost:3000',
  env: Record<string, string> = {},
  log: Pick<Log, 'info' | 'warn'> = createLog('silent'),
): Promise<number> {
  const servers = createServers(readSettings({ APP_URL, ...env }), createSecurityEvents(log), { log })
  if (listener !== null) servers.handle(listener)
  servers.main.listen(0, '127.0.0.1')
  await once(servers.main, 'listening')
  running.push(servers.main)
  return (servers.main.address() as AddressInfo).port
}

/** Sends these lines and reads until the connection closes. */
async function serve(listener: RequestListener, appOrigin?: string) {
  const port = await listen(listener, appOrigin)
  return (...lines: string[]) => {
    const socket = connect(port, '127.0.0.1')
    socket.write([...lines, '', ''].join('\r\n'))
    return text(socket)
  }
}

function parse(answer: string): { status: string; headers: Record<string, string> } {
  const [head = ''] = answer.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]+: /, '')])
  return { status: status.replace('HTTP/1.1 ', ''), headers: Object.fromEntries(headers) }
}

const host = 'Host: localhost:3000'
const close = 'Connection: close'
const page: RequestListener = (request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(JSON.stringify(request.headers))
}

describe('responses that Next never sees have all headers', () => {
  const unseen: [what: string, status: string, lines: string[]][] = [
    ['what is no HTTP', '400 Bad Request', ['NONSENSE']],
    ['a header that cannot be read', '400 Bad Request', ['GET / HTTP/1.1', host, 'no colon', close]],
    ['headers that never end', '431 Request Header Fields Too Large', ['GET / HTTP/1.1', `X: ${'x'.repeat(40_000)}`]],
    ['no Host', '400 Bad Request', ['GET / HTTP/1.1', close]],
    ['a tunnel', '400 Bad Request', ['CONNECT evil.test:443 HTTP/1.1', host]],
    ['an expectation that nobody has', '417 Expectation Failed', ['GET / HTTP/1.1', host, 'Expect: gold', close]],
    ['TRACE', '400 Bad Request', ['TRACE / HTTP/1.1', host, close]],
    ['an address with a host', '400 Bad Request', ['GET http://evil.test/ HTTP/1.1', host, close]],
    ['a body too large', '413 Payload Too Large', ['POST / HTTP/1.1', host, 'Content-Length: 9999999', close]],
    ['a body of unknown length', '411 Length Required', ['POST / HTTP/1.1', host, 'Transfer-Encoding: chunked', close]],
  ]
  test.each(unseen)('%s → %s [V3.4.3, V3.4.4, V3.4.5, V3.4.6, T12]', async (_, status, lines) => {
    for (const origin of ['http://localhost:3000', 'https://accounts.example.com']) {
      const send = await serve(page, origin)
      const answer = parse(await send(...lines))
      expect(answer.status).toBe(status)
      const { 'content-security-policy': policy, ...rest } = answerHeaders
      expect(answer.headers).toMatchObject(rest)
      // An error page has a page's policy, which Next never sees.
      const isDocument = answer.headers['content-type'] !== undefined
      if (!isDocument) expect(answer.headers['content-security-policy']).toBe(policy)
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(answer.headers['strict-transport-security'] !== undefined).toBe(origin.startsWith('https'))
    }
  })

  test('a server before Next is ready → 503', async () => {
    const response = await fetch(`http://127.0.0.1:${await listen(null)}`)
    expect(response.status).toBe(503)
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...answerHeaders, 'cache-control': 'no-store' })
  })
})

describe('an unparsable request gets an error page', () => {
  const unread: [what: string, status: number, said: RegExp, sent: string[]][] = [
    [
      'cookies of 200 kB',
      431,
      /cookies for this site.+Delete the cookies/,
      ['GET / HTTP/1.1', host, `Cookie: ${'c'.repeat(200_000)}`],
    ],
    ['an address of 200 kB', 431, /the address of the page/, [`GET /${'x'.repeat(200_000)} HTTP/1.1`, host]],
    ['ten thousand headers', 431, /sent too much/, ['GET / HTTP/1.1', host, ...Array<string>(10_000).fill('x: y')]],
    ['a header that cannot be read', 400, /could not be read/, ['GET / HTTP/1.1', host, 'no colon']],
    ['what is no HTTP', 400, /could not be read/, ['NONSENSE', 'x'.repeat(200_000)]],
    ['a tunnel', 400, /could not be read/, ['CONNECT evil.test:443 HTTP/1.1', host]],
    ['an expectation', 417, /does not do/, ['GET / HTTP/1.1', host, 'Expect: gold', close]],
  ]
  test.each(unread)('%s → %i', async (_, status, said, sent) => {
    const lines: object[] = []
    const log = { info: () => {}, warn: (fields: object) => lines.push(fields) }
    const socket = connect(await listen(page, undefined, {}, log), '127.0.0.1')
    socket.write([...sent, '', ''].join('\r\n'))
    const answer = await text(socket)
    const { headers, ...head } = parse(answer)
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
    expect(head.status).toMatch(new RegExp(`^${status} `))
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', connection: 'close' })
    expect(Number(headers['content-length'] ?? Buffer.byteLength(body))).toBe(Buffer.byteLength(body))
    expect(body).toMatch(/<!doctype html>[\s\S]*<h1>.+<\/h1>[\s\S]*<\/html>/)
    expect(body).toMatch(said)
    expect(answer, 'one answer').not.toMatch(/HTTP\/1\.1[\s\S]+HTTP\/1\.1/)
    // A link on another site can be made too long on purpose: it must not log the user out.
    expect(headers['set-cookie']).toBeUndefined()
    expect(lines.length, 'one line however much was sent').toBeLessThanOrEqual(1)
  })

  test('a request that arrives too slowly → 408', async () => {
    const { refuseUnread } = createAnswers('http://localhost:3000', { dev: false })
    const [here, there] = duplexPair()
    refuseUnread(Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), here)
    const answer = await text(there)
    expect(parse(answer).status).toBe('408 Request Timeout')
    expect(answer).toContain('did not arrive in time')
  })

  test('accepts a Cookie header of 17,000 characters', async () => {
    const send = await serve(page)
    expect(parse(await send('GET / HTTP/1.1', host, `Cookie: ${'c'.repeat(17_000)}`, close)).status).toBe('200 OK')
  })
})

test('keeps an idle connection longer than load balancers do', async () => {
  const port = await listen(page)
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\n${host}\r\n\r\n`)
  const [chunk] = await once(socket, 'data')
  socket.destroy()
  const [, kept] = /^keep-alive: timeout=(\d+)/im.exec(String(chunk)) ?? []
  expect(Number(kept)).toBeGreaterThan(75)
})

describe('X-Forwarded-For', () => {
  async function ask(hops: string, forwardedFor: string[], path = '/') {
    const lines: object[] = []
    const log = { info: () => {}, warn: (fields: object) => lines.push(fields) }
    const listener: RequestListener = (request, response) => response.end(request.headers['x-forwarded-for'])
    const port = await listen(listener, undefined, { TRUST_PROXY_HOPS: hops }, log)
    const answers: string[] = []
    for (const value of forwardedFor) {
      const headers = value === '' ? undefined : { 'x-forwarded-for': value }
      answers.push(await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: headers ?? {} })).text())
    }
    return { answers, lines }
  }

  test('is read with a port, and repeated once per proxy [V15.3.4]', async () => {
    const { answers, lines } = await ask('2', ['192.0.2.1, 198.51.100.7:50001, 10.0.0.2'])
    expect(answers).toEqual(['198.51.100.7, 198.51.100.7'])
    expect(lines).toEqual([])
  })

  test('with an unreadable trusted entry is logged once a minute, without any IP address', async () => {
    const { answers, lines } = await ask('1', ['192.0.2.1, proxy7.example', 'unknown', ''])
    expect(answers).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
    expect(lines).toEqual([{ event: 'client_address_unreadable', entry: 'xxxxx0.xxxxxxx', hops: 1, count: 1 }])
  })

  test.each(['/healthz', '/readyz'])('may be missing at %s, which health checks request directly', async (path) => {
    expect((await ask('1', [''], path)).lines).toEqual([])
  })

  test('is ignored while no proxy is trusted [V15.3.4]', async () => {
    expect(await ask('0', ['203.0.113.5'])).toEqual({ answers: ['127.0.0.1'], lines: [] })
  })
})

test('answers HTTP 1.0 without a Host', async () => {
  const send = await serve(page)
  expect(parse(await send('GET / HTTP/1.0')).status).toBe('200 OK')
})

test('closes the connection on unparsable bytes during a response, and writes nothing into it', async () => {
  const port = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('half.')
  })
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
    if (received.endsWith('half.')) socket.write('NONSENSE\r\n\r\n')
  })
  socket.on('error', () => {})
  socket.write(`GET / HTTP/1.1\r\n${host}\r\n\r\n`)
  await once(socket, 'close')
  expect(received).toMatch(/^HTTP\/1.1 200 OK[\s\S]*half\.$/)
})

describe('a page', () => {
  const policyOf = (answer: string) => parse(answer).headers['content-security-policy'] ?? ''
  const seenByNext = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, string>

  test('has a fresh nonce in each response, which Next gets in the request [V3.4.3, T12]', async () => {
    const send = await serve(page)
    const answers = [await send('GET / HTTP/1.1', host, close), await send('GET / HTTP/1.1', host, close)]
    const nonces = answers.map((answer) => /'nonce-([\w-]{22})'/.exec(policyOf(answer))?.[1])
    expect(new Set(nonces).size).toBe(2)
    expect(nonces).not.toContain(undefined)
    for (const answer of answers) expect(seenByNext(answer)['content-security-policy']).toBe(policyOf(answer))
  })

  test('ignores a nonce or Next’s internal headers from the client [T12]', async () => {
    const planted = [
      "Content-Security-Policy: script-src 'nonce-AAAAAAAAAAAAAAAAAAAAAA'",
      "Content-Security-Policy-Report-Only: script-src 'nonce-AAAAAAAAAAAAAAAAAAAAAA'",
      'X-Nonce: AAAAAAAAAAAAAAAAAAAAAA',
      'X-Middleware-Subrequest: AAAAAAAAAAAAAAAAAAAAAA',
      'X-Middleware-Set-Cookie: session=AAAAAAAAAAAAAAAAAAAAAA',
    ]
    const send = await serve(page)
    expect(await send('GET / HTTP/1.1', host, ...planted, close)).not.toContain('AAAAAAAAAA')
  })

  test('without Cache-Control gets no-store, and one with it stays unchanged [V14.3.2, T13]', async () => {
    expect(parse(await (await serve(page))('GET / HTTP/1.1', host, close)).headers['cache-control']).toBe('no-store')
    const send = await serve((_request, response) => response.setHeader('cache-control', 'max-age=60').end())
    expect(parse(await send('GET / HTTP/1.1', host, close)).headers['cache-control']).toBe('max-age=60')
  })
})
