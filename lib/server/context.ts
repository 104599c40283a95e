// What a request gets before anybody answers it: an id, which its answer and its log lines carry, and a place in the
// figures.
import type { IncomingMessage, ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { newId } from '../core/crypto/random.ts'
import { metrics } from '../core/metrics.ts'
import type { RequestContext } from '../core/request-context.ts'
import { methodClass, routeClass } from './telemetry/route-class.ts'

/** What a log line holds of a path. */
const longestPath = 200

/**
 * `address` is the client's. An id that a client sends is its own word: nothing reads it, and the answer carries ours.
 */
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
    // Next fetches the page behind a scripted form's redirect from this server itself, and passes on what came with it.
    response.setHeader('x-request-id', id)
    const { refusal } = context
    if (refusal === null) return
    response.statusCode = refusal.status
    if (refusal.retryAfterSeconds !== null) response.setHeader('retry-after', refusal.retryAfterSeconds)
  })
  return context
}

/** When everything of it was handed over. `finish` and `close` wait for the client to read, and for answers before it on the line. */
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
