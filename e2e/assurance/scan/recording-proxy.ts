// A proxy between a scanner and the site, on loopback: counts answers and records failures of the site. With a
// certificate it also terminates TLS, like the proxy of a real site.
import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { encodeMultipart } from '#e2e/support/form-body.ts'
import { type Finding, merge, plainPath } from './finding.ts'

export interface Certificate {
  key: string
  cert: string
}

export interface RecordingProxy {
  /** The public origin of the site behind it. */
  origin: string
  sendTo(address: string): void
  /** From now on answers these paths with 204, uncounted, to keep a scanner away from them. */
  keepBack(paths: RegExp): void
  /** From now on converts forms sent as a query to multipart, the only encoding that the site accepts. */
  translateForms(): void
  /** Resets the counts. */
  reset(): void
  requests(): number
  /** The count of each status, as `200 × 12, 303 × 4`. */
  answers(): string
  /** The count of this status. */
  count(status: number): number
  /** Answers of 500 and above since the last reset. */
  failures(): Finding[]
  close(): Promise<void>
}

export async function openRecordingProxy(certificate?: Certificate): Promise<RecordingProxy> {
  let target = ''
  let keptBack: RegExp | null = null
  let translates = false
  let statuses = new Map<number, number>()
  let failed: Finding[] = []

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { url = '/', headers } = incoming
    if (keptBack?.test(url)) return void outgoing.writeHead(204).end()
    if (!translates || !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      return forward(incoming, outgoing, headers, incoming)
    }
    const { body, headers: type } = encodeMultipart([...new URLSearchParams(await text(incoming))])
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    forward(incoming, outgoing, { ...headers, ...type, ...length }, Readable.from([body]))
  }

  function forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    headers: IncomingHttpHeaders,
    body: Readable,
  ): void {
    const { method = '', url = '/' } = incoming
    const note = (status: number) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status >= 500) failed.push({ name: `answers: ${method} ${plainPath(url)} fails with ${status}`, detail: url })
    }
    // The site may just have closed a reused connection, which would look like a failure.
    const alone = { ...headers, connection: 'close' }
    const onwards = httpRequest(target, { method, path: url, headers: alone, agent: false }, (answer) => {
      note(answer.statusCode ?? 502)
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onwards.on('error', () => {
      // A scanner that disconnects is not a failure of the site.
      if (outgoing.headersSent || incoming.destroyed) return void outgoing.destroy()
      note(502)
      outgoing.writeHead(502).end()
    })
    outgoing.on('close', () => onwards.destroy())
    body.pipe(onwards)
  }

  const server = certificate ? createTlsServer(certificate, pass) : createServer(pass)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    origin: certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    sendTo(address) {
      target = address
    },
    keepBack(paths) {
      keptBack = paths
    },
    translateForms() {
      translates = true
    },
    reset() {
      statuses = new Map()
      failed = []
    },
    requests: () => [...statuses.values()].reduce((sum, count) => sum + count, 0),
    answers: () =>
      [...statuses]
        .toSorted(([one], [other]) => one - other)
        .map(([status, count]) => `${status} × ${count}`)
        .join(', '),
    count: (status) => statuses.get(status) ?? 0,
    failures: () => merge(failed),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
