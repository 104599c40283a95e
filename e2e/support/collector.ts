// A fake OpenTelemetry collector: accepts OTLP over HTTP and stores the bytes. Protobuf leaves text readable, so tests
// can search it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Collector {
  endpoint: string
  /** Everything received at a path so far. */
  received(path: '/v1/traces' | '/v1/metrics'): Buffer
  contentTypes(): string[]
  close(): Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const kept: { path: string; type: string; body: Buffer }[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    kept.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body })
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received: (path) => Buffer.concat(kept.filter((one) => one.path === path).map(({ body }) => body)),
    contentTypes: () => [...new Set(kept.map(({ type }) => type))],
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
