import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../core/log/log.ts'
import { createBreachedPasswords } from './breached-passwords.ts'

const password = 'Käse und Brot für 7 Füchse'
const hash = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase()
const [prefix, suffix] = [hash.slice(0, 5), hash.slice(5)]
const others = ['0'.repeat(35), 'F'.repeat(35)]
/** Formatted like Pwned Passwords: upper case, CR LF between lines, none at the end. */
const range = (...rows: string[]) => [`${others[0]}:3`, ...rows, `${others[1]}:41`].join('\r\n')

/** A fake range API that records every request. */
let answer: (request: IncomingMessage, response: ServerResponse) => void
let received: string[]
let server: Server
let url: string
let lines: object[]

beforeEach(async () => {
  received = []
  lines = []
  server = createServer((request, response) => {
    const headers = request.rawHeaders.join(' ')
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => received.push(`${request.method} ${request.url} ${headers} ${body}`))
    request.resume()
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
})

const note = (...line: unknown[]) => lines.push(line as never)
const log: Log = { info: note, warn: note, error: note, fatal: note }
const open = (options: { url?: string; timeoutMs?: number } = {}) =>
  createBreachedPasswords({ url, log, timeoutMs: 60_000, ...options })
const answering = (text: string, status = 200) => {
  answer = (_, response) => response.writeHead(status).end(text)
}
const failure = (reason: unknown) => [[{ event: 'breach_check_failed', reason }, expect.any(String)]]

describe('has', () => {
  test('finds a published password and sends only five characters of its hash [V6.2.12]', async () => {
    answering(range(`${suffix}:12`))
    expect(await open().has(password)).toBe(true)
    expect(received).toHaveLength(1)
    expect(received[0]).toMatch(new RegExp(`^GET /range/${prefix} `))
    expect(received[0]).toMatch(/add-padding true/i)
    expect(received[0]).not.toMatch(/cookie|referer|authorization/i)
    // No part of the request contains the sixth character.
    expect(received[0]?.toUpperCase()).not.toContain(hash.slice(0, 6))
    expect(received[0]?.toUpperCase()).not.toContain(suffix.slice(0, 6))
    expect(lines).toEqual([])
  })

  test('finds a password in both normal forms, because the site hashes the normalized one', async () => {
    answering(range(`${suffix}:12`).toLowerCase())
    expect(await open().has(password.normalize('NFD'))).toBe(true)
  })

  test.each([
    ['is not there', range()],
    ['is padding', range(`${suffix}:0`)],
  ])('lets pass what %s', async (_, text) => {
    answering(text)
    expect(await open().has(password)).toBe(false)
    expect(lines).toEqual([])
  })

  test.each([
    ['500', 'status_500', () => answering(range(`${suffix}:12`), 500)],
    ['a page in place of a range', 'not_a_range', () => answering(`<html>${suffix}:12</html>`)],
    ['rows and rubbish', 'not_a_range', () => answering(`${range(`${suffix}:12`)}\r\nand more`)],
    ['nothing', 'not_a_range', () => answering('')],
    ['more than any range', 'too_long', () => answering(`${suffix}:12\r\n`.repeat(60_000))],
    ['a closed connection', 'UND_ERR_SOCKET', () => (answer = (request) => request.socket.destroy())],
  ])('lets pass when the answer is %s, and logs one line without a secret [V6.2.12]', async (_, reason, arrange) => {
    arrange()
    expect(await open().has(password)).toBe(false)
    expect(lines).toEqual(failure(reason))
    expect(JSON.stringify(lines).toUpperCase()).not.toMatch(new RegExp(`${prefix}|${suffix}|Füchse`, 'i'))
  })

  test('follows no redirect, so the prefix only reaches the configured service', async () => {
    answer = (request, response) => {
      if (request.url?.startsWith('/elsewhere')) response.end(range(`${suffix}:12`))
      else response.writeHead(302, { location: `/elsewhere/${prefix}` }).end()
    }
    expect(await open().has(password)).toBe(false)
    expect(received).toHaveLength(1)
    expect(lines).toEqual(failure(expect.stringMatching(/redirect/)))
  })

  test.each([
    ['no answer', () => {}],
    [
      'an answer that stops in the middle',
      (_: unknown, response: ServerResponse) => response.writeHead(200).write('0'),
    ],
  ])('waits no longer than its time for %s', async (_, never) => {
    answer = never
    expect(await open({ timeoutMs: 50 }).has(password)).toBe(false)
    expect(lines).toEqual(failure('TimeoutError'))
  })

  test('accepts the password when the service is down', async () => {
    server.close()
    await once(server, 'close')
    expect(await open().has(password)).toBe(false)
    expect(lines).toEqual(failure('ECONNREFUSED'))
  })
})

test('asks no service by default', async () => {
  answering(range(`${suffix}:12`))
  expect(await createBreachedPasswords({ url: null, log }).has(password)).toBe(false)
  expect(received).toEqual([])
})
