// Sends one request exactly as given: no path normalization, no extra headers, no redirects.
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/** Undefined leaves a header out. */
export type Headers = Record<string, string | undefined>

export interface Request {
  method?: string
  path: string
  headers?: Headers
  body?: Buffer | string
  /** Connections to reuse. By default each request opens its own. */
  agent?: Agent | undefined
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The Location header as the server sent it. */
  location: string | null
}

export function send(origin: string, { method = 'GET', path, headers = {}, body, agent }: Request): Promise<Answer> {
  const { hostname, port, host } = new URL(origin)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const given = Object.entries({ host, ...length, ...headers }).filter(([, value]) => value !== undefined)
    const outgoing = httpRequest(
      {
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        method,
        path,
        headers: Object.fromEntries(given),
        agent: agent ?? false,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        // A server that answers early may close the connection; the answer counts.
        const settle = () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
            location: incoming.headers.location ?? null,
          })
        incoming.on('end', settle)
        incoming.on('error', settle)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The headers of a same-origin document navigation. */
export const navigationHeaders: Headers = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-user': '?1',
}
