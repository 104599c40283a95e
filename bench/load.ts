// A load generator with keep-alive connections, each sending its next request after each answer.
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'

export interface Target {
  name: string
  url: string
  headers: Record<string, string>
  /** A text that every answer must contain, or the run fails. */
  marker: string
  /** The server's process id. */
  pid: number | undefined
}

export interface Rate {
  perSecond: number
  /** The server's CPU time per request, which depends less on other load; null when unknown. */
  cpuMicroseconds: number | null
}

const connections = 16

/** The rate over this time. */
export async function measure(target: Target, ms: number): Promise<Rate> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const cpuBefore = readCpuMs(target.pid)
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
  const cpuAfter = readCpuMs(target.pid)
  agent.destroy()
  return {
    perSecond: answered / (elapsedMs / 1000),
    cpuMicroseconds: cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) * 1000) / answered,
  }
}

/** User and system time of a process from Linux's /proc, in hundredths of a second. */
function readCpuMs(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return null
  }
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
