// What every answer of this process carries in its headers, whoever gives it: Next, our own refusals, or Node itself,
// which answers some requests before anybody is asked.
import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import onHeaders from 'on-headers'
import { seconds } from '../core/clock.ts'
import { newNonce } from '../core/crypto/random.ts'
import { type RefusalCode, refusal } from '../web/refusal.ts'
import { answerHeaders, isForNextAlone, isPage, pagePolicy, transportHeaders } from '../web/security-headers.ts'
import { unreadKind } from './unread.ts'

export interface Answers {
  /** For `createServer`: an answer that has the headers from its first moment. */
  ServerResponse: typeof ServerResponse
  /** Gives the request a policy with a nonce of its own, and the answer the same if it turns out to be a page. */
  begin(request: IncomingMessage, response: ServerResponse): void
  /** For `clientError`: what cannot be read as a request gets a page that says so. */
  refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void
  /** A page for a connection that has no request to answer. Ends the connection. */
  refuseConnection(socket: Duplex, code: RefusalCode): Promise<void>
}

/**
 * How long a refused connection is read on. To close it with bytes unread resets it, and then a browser throws the answer
 * away.
 */
const lingerMs = seconds(1)

export function createAnswers(appOrigin: string, { dev }: { dev: boolean }): Answers {
  const headers = { ...answerHeaders, ...transportHeaders(appOrigin) }
  /** How many answers each connection has in the middle of being written. */
  const underWay = new WeakMap<Duplex, number>()
  const count = (socket: Duplex, step: 1 | -1) => underWay.set(socket, (underWay.get(socket) ?? 0) + step)

  const refused = new WeakSet<Duplex>()

  // No cookie is cleared here: a link of another site can be made too long as well, and would log people out.
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
        if (isPage(String(response.getHeader('content-type')))) response.setHeader('content-security-policy', policy)
        // What says nothing about being kept is not kept, anywhere.
        if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
      })
    },

    refuseUnread(error, socket) {
      if (refused.has(socket)) return
      // Nobody is there to be told, or they would take it for a part of the answer they are reading.
      if (!socket.writable || error.code === 'ECONNRESET' || (underWay.get(socket) ?? 0) > 0) {
        socket.destroy(error)
        return
      }
      refuseConnection(socket, unreadKind(error).refusal)
    },

    refuseConnection,
  }
}
