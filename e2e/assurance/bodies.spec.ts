// Expensive requests are rejected before their body is read and do not delay others.
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeMultipart } from '#e2e/support/form-body.ts'
import { makePerson } from '#e2e/support/person.ts'

const connectTo = (url: string) => connect(Number(new URL(url).port), '127.0.0.1')

/** Sends exactly these bytes and returns the status line. */
function firstLine(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTo(url)
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString('latin1').split('\r\n')[0] ?? '')
    })
    socket.write(text)
  })
}

/** Sends these bytes and returns everything until the server closes the connection. */
/** Detects a hang, not slowness: other processes use the machine too. */
const patienceMs = 60_000

function allOf(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTo(url)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A reset counts as closed; check what was received before it.
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(text)
  })
}

const head = (url: string, line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, `Host: ${new URL(url).host}`, `Origin: ${url}`, ...headers, '', ''].join('\r\n')

test('rejects a body with too large a Content-Length before it arrives [V5.2.1, T11]', async ({ server }) => {
  const multipart = 'Content-Type: multipart/form-data; boundary=x'
  for (const line of ['POST /login', 'POST /logout', 'POST /api/password-strength', 'GET /login']) {
    const text = head(server.url, line, multipart, 'Content-Length: 50000000')
    expect(await firstLine(server.url, `${text}--x`), line).toBe('HTTP/1.1 413 Payload Too Large')
  }
})

test('tells the user that the form was too large @no-javascript', async ({ page, expectedNoise }) => {
  expectedNoise.push(/413/)
  await page.goto('/signup')
  await page.getByLabel('Username').fill('x'.repeat(3_000_000))
  await page.getByRole('button', { name: 'Sign up' }).click()
  const told = page.getByRole('heading', { name: 'This was too large' })
  await expect(told.or(page.getByRole('alert').filter({ hasText: 'did not arrive' }))).toBeVisible()
})

test('rejects a body of unknown length before it arrives [V5.2.1]', async ({ server }) => {
  const text = head(server.url, 'POST /login', 'Transfer-Encoding: chunked')
  expect(await firstLine(server.url, `${text}5\r\nhello\r\n`)).toBe('HTTP/1.1 411 Length Required')
})

test('rejects TRACE, a URL with its own host and one that cannot be decoded [V13.4.4]', async ({ server }) => {
  expect(await firstLine(server.url, head(server.url, 'TRACE /profile'))).toBe('HTTP/1.1 400 Bad Request')
  const absolute = head(server.url, 'GET http://evil.test/profile/')
  expect(await firstLine(server.url, absolute)).toBe('HTTP/1.1 400 Bad Request')
  const undecodable = head(server.url, 'GET /admin/users/%E0%A4%A/delete')
  expect(await firstLine(server.url, undecodable)).toBe('HTTP/1.1 400 Bad Request')
})

test('text that normalizes slowly blocks nobody', async ({ server }) => {
  // The cost is quadratic: unchecked, this size blocks the process for half a second, and the next one for seconds.
  const slow = `a${'\u0301'.repeat(4900)}${'\u0316'.repeat(4900)}`
  const slower = `a${'\u0301'.repeat(30_000)}${'\u0316'.repeat(30_000)}`
  const member = new Client(server.url)
  await member.signUp()
  const person = makePerson()
  const visitor = new Client(server.url)
  const posts = [
    () => visitor.submit('/login', 'Log in', { username: person.username, password: slow }),
    () => visitor.submit('/signup', 'Sign up', { username: person.username, password: slow, confirmPassword: slow }),
    () => member.submit('/profile/edit', 'Save profile', { fullName: slow, bio: slow, age: '' }),
    () => visitor.submit('/forgot-password', 'Send link', { email: slow }),
    () => visitor.submit('/login', 'Log in', { username: slower, password: 'x' }),
  ]
  for (const [n, post] of posts.entries()) {
    let answered = false
    const answer = post().finally(() => {
      answered = true
    })
    let slowest = 0
    while (!answered) {
      const began = performance.now()
      expect((await new Client(server.url).fetch('/healthz')).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - began)
    }
    expect((await answer).status).toBe(n < 4 ? 200 : 413)
    expect(slowest).toBeLessThan(patienceMs)
  }
})

test('three hundred connections that never finish a form leave room for the next user [T11]', async ({
  startOwnServer,
}) => {
  // Without a proxy they would exceed the limit per address by two hundred.
  const server = await startOwnServer({ env: { TRUST_PROXY_HOPS: '1' } })
  const { port } = new URL(server.url)
  const text = head(
    server.url,
    'POST /login',
    'Content-Type: multipart/form-data; boundary=x',
    'Content-Length: 500000',
  )
  const sockets = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1'))
  for (const socket of sockets) {
    socket.on('error', () => {})
    socket.write(`${text}--x\r\n`)
  }
  const client = new Client(server.url)
  await client.signUp()
  expect((await client.open('/profile')).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test.describe('a request with an ambiguous end', { tag: '@json' }, () => {
  const hidden = 'GET /hidden-behind-another HTTP/1.1\r\nHost: x\r\n\r\n'
  const ambiguous: Record<string, [head: string[], body: string]> = {
    'a length and chunks': [['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${hidden}`],
    'chunks and a length': [['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${hidden}`],
    'two lengths': [['Content-Length: 5', 'Content-Length: 50'], `hello${hidden}`],
    'the same length twice': [['Content-Length: 5', 'Content-Length: 5'], `hello${hidden}`],
    'a list of lengths': [['Content-Length: 5, 50'], `hello${hidden}`],
    'a length with a sign': [['Content-Length: +5'], `hello${hidden}`],
    'a length in hexadecimal': [['Content-Length: 0x5'], `hello${hidden}`],
    'a negative length': [['Content-Length: -1'], hidden],
    'a folded header': [['X-Folded: a', ' Transfer-Encoding: chunked', 'Content-Length: 5'], `hello${hidden}`],
    'a folded length': [['Content-Length:', ' 5'], `hello${hidden}`],
    'a space before the colon': [['Content-Length : 5'], `hello${hidden}`],
    'an encoding of its own': [['Transfer-Encoding: xchunked', 'Content-Length: 5'], `hello${hidden}`],
    'chunks twice': [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${hidden}`],
    'an extension of a chunk': [['Transfer-Encoding: chunked'], `5;a="\n"\r\nhello\r\n0\r\n\r\n${hidden}`],
    'a NUL in a header': [['X-Nul: a\u0000b', 'Content-Length: 5'], `hello${hidden}`],
    'bare line feeds': [['X-Bare: a\nTransfer-Encoding: chunked', 'Content-Length: 5'], `hello${hidden}`],
  }

  for (const [what, [headers, body]] of Object.entries(ambiguous)) {
    test(`is rejected and the connection closed: ${what} [V4.2.1]`, async ({ server }) => {
      const answer = await allOf(server.url, head(server.url, 'POST /login', ...headers) + body)
      // A reset with unread bytes may overtake the answer (RFC 9112, 9.6).
      expect(answer).toMatch(/^(HTTP\/1\.1 (400|411) |$)/)
      expect(answer.match(/^HTTP\/1\.1 /gm)?.length ?? 0, 'none to what came behind').toBeLessThan(2)
      expect((await new Client(server.url).fetch('/healthz')).status).toBe(200)
    })
  }

  test('rejects TRACE, CONNECT and protocol upgrades [V4.2.1, V13.4.4, V1.3.6]', async ({ server }) => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: eA==',
    ]
    for (const line of [
      'TRACE /',
      'TRACE /login',
      'OPTIONS *',
      'GET http://127.0.0.1:22/',
      'POST https://evil.test/login',
    ]) {
      expect(await firstLine(server.url, head(server.url, line, 'X-Secret: canary')), line).toMatch(
        /^HTTP\/1\.1 40[05] /,
      )
    }
    expect(await firstLine(server.url, head(server.url, 'CONNECT 127.0.0.1:22', ...upgrade))).toMatch(
      /^HTTP\/1\.1 400 /,
    )
    for (const line of ['GET http://127.0.0.1:22/', 'GET /_next/webpack-hmr', 'GET /profile', 'POST /login']) {
      const answer = await firstLine(server.url, head(server.url, line, ...upgrade))
      expect(answer, `${line}, as if the other protocol had not been asked for`).toMatch(/^HTTP\/1\.1 (303|4\d\d) /)
    }
    for (const url of [
      'http://127.0.0.1:22',
      `${server.url}/profile`,
      '//evil.test/a.png',
      '/profile',
      'file:///etc/passwd',
    ]) {
      const answer = await new Client(server.url).open(`/_next/image?${new URLSearchParams({ url, w: '64', q: '75' })}`)
      expect([303, 400, 404], url).toContain(answer.status)
    }
  })

  test('keeps pipelined answers apart: HEAD, redirects and empty ones [V4.2.2]', async ({ server }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const lines = new Set<unknown>()
    agent.on('free', (socket) => lines.add(socket))
    const client = new Client(server.url, server.url, agent)
    const asked = [
      ['HEAD', '/login'],
      ['GET', '/profile'],
      ['HEAD', '/profile'],
      ['GET', '/api/session'],
      ['POST', '/api/session/activity'],
      ['HEAD', '/healthz'],
      ['GET', '/logout'],
      ['GET', '/healthz'],
    ] as const
    for (const [method, path] of asked) {
      const { status, headers } = await client.fetch(path, { method })
      const lengths = [headers['content-length'], headers['transfer-encoding']].filter((length) => length !== undefined)
      expect(lengths.length, `${method} ${path} → ${status}`).toBeLessThan(2)
    }
    expect(lines.size, 'lines are used again').toBeLessThan(asked.length)
    agent.destroy()
  })

  test('answers pipelined requests one after the other, and disconnects a client that sends too many ahead [T11, T23]', async ({
    server,
  }) => {
    const [ask, last] = [head(server.url, 'GET /healthz'), head(server.url, 'GET /healthz', 'Connection: close')]
    const few = await allOf(server.url, ask + ask + last)
    expect(few.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(3)
    const many = await allOf(server.url, ask.repeat(50))
    expect(many.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThan(50)

    const visitor = new Client(server.url)
    const filled = await visitor.findForm('/login', 'Log in')
    const guess = encodeMultipart([...filled.form.hidden, ['username', 'nobody'], ['password', 'a guess']])
    const type = `Content-Type: ${guess.headers['content-type']}`
    const post = head(server.url, 'POST /login', type, `Content-Length: ${guess.body.length}`) + guess.body
    const greedy = Array.from({ length: 3 }, () => connectTo(server.url))
    for (const socket of greedy) {
      socket.on('error', () => {}).pause()
      socket.write(head(server.url, 'GET /login').repeat(40) + post.repeat(9))
    }
    const answer = await visitor.post(filled, [
      ['username', 'somebody'],
      ['password', 'another guess'],
    ])
    expect(answer.text).toContain('The username or password is wrong.')
    for (const socket of greedy) socket.destroy()
  })
})

test('rejects oversized cookies, and works once they are gone [V4.2.5, T11]', {
  tag: '@json',
}, async ({ server }) => {
  const client = new Client(server.url)
  await client.signUp()
  for (const path of ['/', '/login', '/api/session', '/_next/static/x.js']) {
    const answer = await client.copy().fetch(path, { headers: { cookie: `a=${'x'.repeat(40_000)}` } })
    expect([400, 431], path).toContain(answer.status)
  }
  expect((await client.open('/profile')).status).toBe(200)
})

test('never echoes an overlong URL [V4.2.5]', { tag: '@json' }, async ({ client }) => {
  for (const path of [`/${'a'.repeat(8000)}`, `/profile?x=${'a'.repeat(8000)}`]) {
    const { status, location } = await client.open(path)
    expect(status).toBe(303)
    expect(location?.length).toBeLessThan(2000)
  }
  const { text } = await client.open(`/login?next=/${'a'.repeat(8000)}`)
  expect(text).not.toContain('value="/aaaa')
})

test('twenty concurrent bodies of 50 MB need little memory, and the next user is served [T11, V5.2.1]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer()
  const client = new Client(server.url)
  await client.open('/login')
  const waitFor = async () => {
    const began = performance.now()
    expect((await new Client(server.url).open('/login')).status).toBe(200)
    return performance.now() - began
  }
  const inPeace = Math.max(await waitFor(), await waitFor(), await waitFor())
  const before = await residentBytes(server.pid())
  const block = Buffer.alloc(1_048_576, 'x')
  const floods = Array.from({ length: 20 }, async (_, n) => {
    const type = 'Content-Type: multipart/form-data; boundary=x'
    const socket = connectTo(server.url)
    socket.on('error', () => {})
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    const path = ['/login', '/signup', '/profile/edit', '/logout'][n % 4]
    socket.write(head(server.url, `POST ${path}`, type, `Content-Length: ${50 * block.length}`))
    for (let sent = 0; sent < 50 && !socket.destroyed; sent += 1) {
      if (!socket.write(block)) await Promise.race([new Promise((go) => socket.once('drain', go)), closed])
    }
    socket.destroy()
  })
  let isOver = false
  const over = Promise.all(floods).then(() => {
    isOver = true
  })
  let most = before
  const waits: number[] = []
  do {
    waits.push(await waitFor())
    most = Math.max(most, await residentBytes(server.pid()))
  } while (!isOver)
  await over
  expect((most - before) / 1_048_576, 'megabytes more than before').toBeLessThan(300)
  // The flooding clients run on this machine too, perhaps beside other work.
  expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(Math.max(patienceMs, 10 * inPeace))
})

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

test('nested references cost no more than the form’s length [T7]', { tag: '@json' }, async ({ server }) => {
  // React's decoder would follow these in half a megabyte; the site rejects them before.
  const nested = Array.from(
    { length: 9000 },
    (_, n) => [`${n}`, `["$${n + 1}","$${n + 1}:a:b","$Q${n}","$@${n}"]`] as const,
  )
  const loop: [string, string][] = [
    ['0', '["$1:a:a"]'],
    ['1', '"$0"'],
  ]
  for (const fields of [
    nested,
    loop,
    [
      ['1', '{}'],
      ['0', '["$1:constructor:constructor"]'],
    ] as const,
  ]) {
    const call = encodeMultipart(fields)
    for (const headers of [{ 'next-action': 'x' }, { 'next-action': 'a'.repeat(42) }, {}]) {
      const began = performance.now()
      const answer = await new Client(server.url).fetch('/', {
        method: 'POST',
        body: call.body,
        headers: { ...call.headers, ...headers },
      })
      expect([303, 400, 404, 413], answer.text.slice(0, 100)).toContain(answer.status)
      expect(answer.text).not.toMatch(/E\{"digest"/)
      expect(performance.now() - began).toBeLessThan(patienceMs)
    }
  }
})
