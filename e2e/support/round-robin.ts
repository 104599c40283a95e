// A load balancer without session affinity: sends each request to the next instance over a new connection.
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface RoundRobin {
  /** The public origin of the instances. */
  origin: string
  /** From now on requests go to these, in turn. */
  sendTo(...addresses: string[]): void
  close(): Promise<void>
}

/** The URL of the instance that answered. */
export const servedBy = 'x-served-by'

export async function startRoundRobin(): Promise<RoundRobin> {
  let instances: string[] = []
  let turn = 0

  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    // Skips an instance that is down, like balancers do; nothing was sent to it.
    for (let attempt = 0; attempt < instances.length; attempt++) {
      const address = instances[turn++ % instances.length] ?? ''
      if (await forward(address, request, body, response)) return
    }
    response.writeHead(502).end('No instance answers.')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    origin: `http://127.0.0.1:${port}`,
    sendTo(...addresses) {
      instances = addresses
      turn = 0
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** False when the connection is refused. */
function forward(
  address: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<boolean> {
  return new Promise((resolve) => {
    const onwards = { ...headers, connection: 'close' }
    const outgoing = httpRequest(address, { method, path: url, headers: onwards, agent: false }, (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, { ...incoming.headers, [servedBy]: address, connection: 'close' })
      incoming.pipe(response)
      incoming.on('error', () => response.destroy())
      resolve(true)
    })
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      const isGone = cause.code === 'ECONNREFUSED'
      if (!isGone) response.destroy()
      resolve(!isGone)
    })
    outgoing.end(body)
  })
}
