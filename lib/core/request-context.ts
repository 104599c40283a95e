// The context of the current request: its id for log lines, its IP address and path, and the status for the response,
// which a server action cannot set in Next. lib/server/http.ts creates it; under another server there is none, and
// Next's status stays.
import { AsyncLocalStorage } from 'node:async_hooks'

export interface RequestContext {
  /** Random, not secret. Sent as X-Request-Id. */
  readonly id: string
  /** The path without the query, shortened for the log. */
  readonly path: string
  /** The client's IP address as far as proxies are trusted; may be empty. */
  readonly address: string
  /** Codes already noted for this request: middleware and page check the same cookie. */
  readonly noted: Set<string>
  /** Resolves when the response is complete (even if unread) or the client is gone. */
  readonly answered: Promise<void>
  /**
   * Lets the next form start before this response is complete, for an action that only waits. Set while the request
   * holds a queue slot (lib/web/forms/request-queue.ts).
   */
  endTurn?: () => void
  /** Status to send instead of 200, set before the headers are written. */
  refusal: { status: number; retryAfterSeconds: number | null } | null
}

interface Shared {
  storage: AsyncLocalStorage<RequestContext>
  runOutside: <Value>(work: () => Value) => Value
}

/**
 * Middleware and pages are separate bundles of one process and share the storage under this key. The server and
 * instrumentation.ts load this file at start, so that the snapshot contains no request; a page's bundle loads it during
 * one.
 */
const sharedKey = Symbol.for('gatehouse.request')
const shared = globalThis as typeof globalThis & { [sharedKey]?: Shared }
shared[sharedKey] ??= { storage: new AsyncLocalStorage(), runOutside: AsyncLocalStorage.snapshot() }
const { storage, runOutside } = shared[sharedKey]

export function runInRequest(context: RequestContext, work: () => void): void {
  storage.run(context, work)
}

/**
 * For everything that outlives a request: timers, queues, threads, connections. Node keeps a request's async context,
 * and with it the request and its response, until the last timer or resource created in it is gone. Leaving only our
 * own storage would not suffice, since Next and React have storages too.
 */
export function outsideOfRequests<Value>(work: () => Value): Value {
  return runOutside(work)
}

/** Null outside of requests and under another server. */
export function currentRequest(): RequestContext | null {
  return storage.getStore() ?? null
}
