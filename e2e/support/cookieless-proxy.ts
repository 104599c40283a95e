// A proxy that removes all cookies, like a browser with cookies disabled.
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CookielessProxy {
  /** The public origin of the server behind it. */
  origin: string
  sendTo(address: string): void
  close(): void
}

export async function startCookielessProxy(): Promise<CookielessProxy> {
  let site = ''
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const { cookie: _, ...sent } = headers
    const outgoing = httpRequest(
      site + (url ?? ''),
      { method: method ?? 'GET', headers: sent, agent: false },
      (answer) => {
        const { 'set-cookie': __, ...got } = answer.headers
        response.writeHead(answer.statusCode ?? 502, got)
        answer.pipe(response)
      },
    )
    outgoing.on('error', () => response.destroy())
    request.pipe(outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    sendTo(address) {
      site = address
    },
    close() {
      server.close().closeAllConnections()
    },
  }
}
