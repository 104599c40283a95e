import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readSettings } from '../config.ts'
import { createSecurityEvents } from '../core/security-events.ts'
import { createServers } from './http.ts'

const ask = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const page: RequestListener = (_request, response) => response.end('served')

async function listen(listener: RequestListener, hops: string) {
  const warn = vi.fn<(fields: object) => void>()
  const log = { info: () => {}, warn }
  const settings = readSettings({ APP_URL: 'http://localhost:3000', TRUST_PROXY_HOPS: hops })
  const { main, handle } = createServers(settings, createSecurityEvents(log), { log })
  handle(listener)
  // Connections that send nothing yet must outlast the test on a busy machine.
  main.headersTimeout = 0
  main.requestTimeout = 0
  await once(main.listen({ port: 0, host: '127.0.0.1', backlog: 2000 }), 'listening')
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    main.close().closeAllConnections()
  })
  const open = async () => {
    const socket = connect((main.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  const openMany = (count: number) => Promise.all(Array.from({ length: count }, open))
  return { open, openMany, warn }
}

/** Returns the head of the response. */
async function answerOn(socket: Socket | undefined): Promise<string> {
  if (socket === undefined) throw new Error('There is no such connection.')
  socket.write(ask)
  const [chunk] = await once(socket, 'data')
  return String(chunk)
}

test('allows a hundred connections per address, without keep-alive above three quarters of that [T11]', async () => {
  const { open, openMany, warn } = await listen(page, '0')
  const [first] = await openMany(75)
  expect(await answerOn(first)).toContain('Connection: keep-alive')
  const [another] = await openMany(25)
  const tooMany = await open()
  await once(tooMany.resume(), 'close')
  expect(warn.mock.calls[0]?.[0]).toMatchObject({ event: 'connection.refused', code: 'too_many' })
  expect(await answerOn(another)).toContain('Connection: close')
  await expect.poll(async () => text((await open()).end(ask)).catch(() => '')).toContain('200 OK')
})

test('behind a proxy, allows one address more, and closes idle ones above three quarters of all [T11]', async () => {
  const long = Buffer.alloc(20_000_000)
  const { open, openMany } = await listen(
    (request, response) => response.end(request.url === '/' ? 'served' : long),
    '1',
  )
  const slow = await open()
  slow.pause().write(ask.replace('/', '/long'))
  const idle = await openMany(20)
  for (const socket of idle) expect(await answerOn(socket)).toContain('Connection: keep-alive')
  const halfAsked = await open()
  halfAsked.write(ask.slice(0, 20))
  const silent = await openMany(728)
  expect(idle.filter((socket) => socket.readyState !== 'open')).toEqual([])

  const closed = Promise.all(idle.map((socket) => once(socket.resume(), 'close')))
  await open()
  await closed
  // Use the last one: the client sees a connection slightly before the server does.
  const next = (await openMany(20)).at(-1)
  expect(await answerOn(next)).toContain('Connection: close')
  // Connections with an unfinished request stay open.
  expect(await answerOn(silent[0])).toContain('200 OK')
  halfAsked.write(ask.slice(20))
  expect(String((await once(halfAsked, 'data'))[0])).toContain('200 OK')
  let read = 0
  slow.on('data', (chunk: Buffer) => {
    read += chunk.length
  })
  slow.resume()
  await expect.poll(() => read).toBeGreaterThan(long.length)
})
