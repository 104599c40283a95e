// The headers that every response of this process carries, including error responses that Node writes itself.
import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import onHeaders from 'on-headers'
import { seconds } from '../core/clock.ts'
import { newNonce } from '../core/crypto/random.ts'
import { type RefusalCode, refusal } from '../web/responses/refusal.ts'
import {
  answerHeaders,
  imagePolicy,
  isForNextAlone,
  isImage,
  isPage,
  pagePolicy,
  transportHeaders,
} from '../web/responses/security-headers.ts'
import { unreadKind } from './unread.ts'

export interface Answers {
  /** For `createServer`: a response class that sets the headers in its constructor. */
  ServerResponse: typeof ServerResponse
  /** Adds a content policy with a fresh nonce to the request, and to the response if it is a page. */
  begin(request: IncomingMessage, response: ServerResponse): void
  /** For `clientError`: answers unparsable requests with an error page. */
  refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void
  /** Writes an error page to a connection that has no request, and ends the connection. */
  refuseConnection(socket: Duplex, code: RefusalCode): Promise<void>
}

/**
 * How long a refused connection stays open for a slow line. Closing a socket with unread bytes resets it, and browsers then
 * discard the response.
 */
const lingerMs = seconds(5)

export function createAnswers(appOrigin: string, { dev }: { dev: boolean }): Answers {
  const headers = { ...answerHeaders, ...transportHeaders(appOrigin) }
  /** How many responses are being written on each connection. */
  const underWay = new WeakMap<Duplex, number>()
  const count = (socket: Duplex, step: 1 | -1) => underWay.set(socket, (underWay.get(socket) ?? 0) + step)

  const refused = new WeakSet<Duplex>()

  // Keep the cookies: a link on another site can be made too long on purpose, and would log users out.
  async function refuseConnection(socket: Duplex, code: RefusalCode): Promise<void> {
    refused.add(socket)
    socket.on('error', () => socket.destroy())
    setTimeout(() => socket.destroy(), lingerMs).unref()
    const page = refusal(code, new Headers())
    const body = Buffer.from(await page.arrayBuffer())
    const fields = {
      ...headers,
      ...Object.fromEntries(page.headers),
      'content-security-policy': pagePolicy({ nonce: newNonce(), appOrigin, dev }),
      connection: 'close',
      'content-length': body.length,
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
    socket.write([`HTTP/1.1 ${page.status} ${STATUS_CODES[page.status]}`, ...lines, '', ''].join('\r\n'))
    socket.end(body)
  }

  class Answer<Request extends IncomingMessage> extends ServerResponse<Request> {
    constructor(...made: ConstructorParameters<typeof ServerResponse<Request>>) {
      super(...made)
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value)
    }
  }

  return {
    ServerResponse: Answer,

    begin(request, response) {
      for (const name of Object.keys(request.headers)) if (isForNextAlone(name)) delete request.headers[name]
      const policy = pagePolicy({ nonce: newNonce(), appOrigin, dev })
      request.headers['content-security-policy'] = policy
      const { socket } = request
      onHeaders(response, () => {
        count(socket, 1)
        response.once('close', () => count(socket, -1))
        const type = String(response.getHeader('content-type'))
        if (isPage(type)) response.setHeader('content-security-policy', policy)
        if (isImage(type)) response.setHeader('content-security-policy', imagePolicy)
        // Forbid caching unless the response allows it.
        if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
      })
    },

    refuseUnread(error, socket) {
      if (refused.has(socket)) return
      // The client is gone, or it would read the error page as part of the response that is being written.
      if (!socket.writable || error.code === 'ECONNRESET' || (underWay.get(socket) ?? 0) > 0) {
        socket.destroy(error)
        return
      }
      refuseConnection(socket, unreadKind(error).refusal)
    },

    refuseConnection,
  }
}
