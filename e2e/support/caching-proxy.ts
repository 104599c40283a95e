// A shared cache before the site. Stores and reuses everything that HTTP allows (RFC 9111), as decided by
// http-cache-semantics.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import CachePolicy from 'http-cache-semantics'
import { type Answer, type Headers, send } from '#e2e/support/http.ts'

export interface CachingProxy {
  address: string
  /** The paths in the cache. */
  kept(): string[]
  /** How many answers came from the cache. */
  reused(): number
  close(): Promise<void>
}

export async function startCachingProxy(target: string): Promise<CachingProxy> {
  const kept = new Map<string, { policy: CachePolicy; answer: Answer }>()
  let reused = 0

  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url = '/' } = incoming
    const headers = incoming.headers as Headers
    const asked = { method, url, headers: incoming.headers as Record<string, string> }
    const known = kept.get(url)
    if (known?.policy.satisfiesWithoutRevalidation(asked)) {
      reused += 1
      return give(known.answer)
    }
    const body = await buffer(incoming)
    const answer = await send(target, { method, path: url, headers, ...(body.length > 0 && { body }) })
    const policy = new CachePolicy(asked, { status: answer.status, headers: answer.headers as Record<string, string> })
    if (policy.storable()) kept.set(url, { policy, answer })
    give(answer)

    function give({ status, headers: own, text }: Answer): void {
      const { 'transfer-encoding': _, 'content-length': __, connection: ___, ...rest } = own
      response.writeHead(status, rest).end(method === 'HEAD' ? '' : text)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    kept: () => [...kept.keys()],
    reused: () => reused,
    async close() {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}
