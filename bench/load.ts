// A load generator: so many connections that stay open, each sending its next request when the answer is there.
import { Agent, type IncomingMessage, request } from 'node:http'

export interface Target {
  name: string
  url: string
  headers: Record<string, string>
  /** What every answer has to contain; one that does not ends the run. */
  marker: string
}

const connections = 16

/** Requests per second over this time. */
export async function measure(target: Target, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const started = performance.now()
  let answered = 0
  const keepAsking = async () => {
    while (performance.now() - started < ms) {
      await fetchPage(target, agent)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, keepAsking))
  const elapsedMs = performance.now() - started
  agent.destroy()
  return answered / (elapsedMs / 1000)
}

export function fetchPage({ name, url, headers, marker }: Target, agent?: Agent): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, ...(agent && { agent }) }, (incoming: IncomingMessage) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const body = Buffer.concat(chunks)
        if (incoming.statusCode === 200 && body.includes(marker)) resolve(body)
        else reject(new Error(`${name} answered ${incoming.statusCode} without "${marker}"`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
