// Gives each request an id, for its response and log lines, and records its duration.
import type { IncomingMessage, ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { newId } from '../core/crypto/random.ts'
import { metrics } from '../core/metrics.ts'
import type { RequestContext } from '../core/request-context.ts'
import { methodClass, routeClass } from './telemetry/route-class.ts'

/** Maximum length of a path in a log line. */
const longestPath = 200

/** `address` is the client's IP address. Ignores a request id that the client sends: it is untrusted. */
export function createContext(
  { url = '', headers }: IncomingMessage,
  response: ServerResponse,
  address: string,
): RequestContext {
  const id = newId()
  headers['x-request-id'] = id
  response.setHeader('x-request-id', id)
  const answered = whenMade(response)
  const path = (/^[^?#]*/.exec(url)?.[0] ?? '').slice(0, longestPath)
  const context: RequestContext = { id, path, address, noted: new Set(), answered, refusal: null }
  onHeaders(response, () => {
    // Set again: behind a scripted form's redirect Next fetches the page from this server and copies the headers of
    // that response.
    response.setHeader('x-request-id', id)
    const { refusal } = context
    if (refusal === null) return
    response.statusCode = refusal.status
    if (refusal.retryAfterSeconds !== null) response.setHeader('retry-after', refusal.retryAfterSeconds)
  })
  return context
}

/**
 * Resolves when the response has been handed over to Node. `finish` and `close` come only after the client has read it.
 */
function whenMade(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
    const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse
    response.end = (...given: unknown[]) => {
      resolve()
      return end(...given) as typeof response
    }
  })
}

export function measureAnswer({ path }: RequestContext, { method }: IncomingMessage, response: ServerResponse): void {
  const listener = metrics()
  if (listener === undefined) return
  const began = performance.now()
  response.once('close', () => {
    const ms = performance.now() - began
    listener.answered({ method: methodClass(method), route: routeClass(path), status: response.statusCode, ms })
  })
}
