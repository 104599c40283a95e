// A TCP proxy before a server that simulates network failures and poolers.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  /** The same URL through the proxy. */
  url: string
  /** Closes every connection and rejects new ones until `mend`. */
  cut(): void
  /** Forwards nothing on old and new connections and closes none. */
  silence(): void
  /** New connections work again; silenced ones stay silent. */
  mend(): void
  /** New connections go to this server; open ones stay where they are. */
  redirect(target: string): void
  /** How many connections are open. */
  readonly connections: number
  close(): Promise<void>
}

/** `refuse` looks at the first bytes of a connection; what it returns is the answer, and the end of it. */
export async function startTcpProxy(
  target: string,
  refuse: (first: Buffer) => Buffer | null = () => null,
): Promise<TcpProxy> {
  let { hostname, port } = new URL(target)
  const clients = new Set<Socket>()
  let mode: 'open' | 'cut' | 'silent' = 'open'

  const server = createServer((client) => {
    client.on('error', () => {})
    if (mode === 'cut') return client.destroy()
    clients.add(client)
    client.on('close', () => clients.delete(client))
    if (mode === 'silent') return client.resume()
    client.once('data', (first) => {
      const refusal = refuse(first)
      if (refusal) return client.end(refusal)
      const upstream = connect(Number(port), hostname)
      upstream.on('error', () => client.destroy()).on('close', () => client.destroy())
      client.on('close', () => upstream.destroy())
      upstream.write(first)
      client.on('data', (bytes) => mode === 'silent' || upstream.write(bytes))
      upstream.on('data', (bytes) => mode === 'silent' || client.write(bytes))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)

  const drop = () => {
    for (const client of clients) client.destroy()
  }
  return {
    url: url.href,
    cut() {
      mode = 'cut'
      drop()
    },
    silence() {
      mode = 'silent'
    },
    mend() {
      mode = 'open'
    },
    redirect(other) {
      ;({ hostname, port } = new URL(other))
    },
    get connections() {
      return clients.size
    },
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
