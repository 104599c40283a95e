// Requests that are made to cost much: refused before their body is read, and never in the way of others.
import { connect } from 'node:net'
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { makePerson } from '#e2e/support/person.ts'

/** Sends these bytes and no more, and gives the first line of the answer. */
function firstLine(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString('latin1').split('\r\n')[0] ?? '')
    })
    socket.write(text)
  })
}

const head = (url: string, line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, `Host: ${new URL(url).host}`, `Origin: ${url}`, ...headers, '', ''].join('\r\n')

test('a body that is announced too large is refused before it comes', async ({ server }) => {
  const multipart = 'Content-Type: multipart/form-data; boundary=x'
  for (const line of ['POST /login', 'POST /logout', 'POST /api/password-strength', 'GET /login']) {
    const text = head(server.url, line, multipart, 'Content-Length: 50000000')
    expect(await firstLine(server.url, `${text}--x`), line).toBe('HTTP/1.1 413 Payload Too Large')
  }
})

test('a person whose form was too large is told so @no-javascript', async ({ page, expectedNoise }) => {
  expectedNoise.push(/413/)
  await page.goto('/signup')
  await page.getByLabel('Username').fill('x'.repeat(3_000_000))
  await page.getByRole('button', { name: 'Sign up' }).click()
  const told = page.getByRole('heading', { name: 'That was too large' })
  await expect(told.or(page.getByRole('alert').filter({ hasText: 'did not arrive' }))).toBeVisible()
})

test('a body of unknown length is refused before it comes', async ({ server }) => {
  const text = head(server.url, 'POST /login', 'Transfer-Encoding: chunked')
  expect(await firstLine(server.url, `${text}5\r\nhello\r\n`)).toBe('HTTP/1.1 411 Length Required')
})

test('TRACE, an address with a host of its own, and one that cannot be decoded, are refused', async ({ server }) => {
  expect(await firstLine(server.url, head(server.url, 'TRACE /profile'))).toBe('HTTP/1.1 400 Bad Request')
  const absolute = head(server.url, 'GET http://evil.test/profile/')
  expect(await firstLine(server.url, absolute)).toBe('HTTP/1.1 400 Bad Request')
  const undecodable = head(server.url, 'GET /admin/users/%E0%A4%A/delete')
  expect(await firstLine(server.url, undecodable)).toBe('HTTP/1.1 400 Bad Request')
})

test('text that is slow to normalise holds nobody up', async ({ server }) => {
  // Its cost grows with the square: unchecked, these sizes stop the process for seconds.
  const slow = `a${'\u0301'.repeat(30_000)}${'\u0316'.repeat(30_000)}`
  const member = new Client(server.url)
  await member.signUp()
  const person = makePerson()
  const visitor = new Client(server.url)
  const posts = [
    () => visitor.submit('/login', 'Log in', { username: person.username, password: slow }),
    () => visitor.submit('/signup', 'Sign up', { username: person.username, password: slow, confirmPassword: slow }),
    () => member.submit('/profile/edit', 'Save profile', { fullName: slow, bio: slow, age: '' }),
  ]
  for (const post of posts) {
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
    expect((await answer).status).toBe(200)
    expect(slowest).toBeLessThan(1000)
  }
})

test('three hundred connections that never finish a form leave room for the next person', async ({ server }) => {
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
