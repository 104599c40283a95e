// The request under way, for whatever code runs on its behalf: its id, which log lines carry, where it came from and
// went to, and the status that a server action wants for its page's answer, which Next has no way to set. Made by our
// own server (lib/server/http.ts); where a host brings its own there is none, and answers keep the status that Next
// gives them.
import { AsyncLocalStorage } from 'node:async_hooks'

export interface RequestContext {
  /** Random; not a secret. The answer carries it as X-Request-Id. */
  readonly id: string
  /** Its path, without the query, cut to what a log line should hold. */
  readonly path: string
  /** Of the client, as far as the proxies in front can be believed; may be empty. */
  readonly address: string
  /** Codes of what was noted of it once, and need not be again: two doors ask about one cookie. */
  readonly noted: Set<string>
  /** Resolves when the answer is made, whether or not it was read yet, or the client is gone. */
  readonly answered: Promise<void>
  /**
   * Lets the next form begin before this one's answer is made: for an action that only waits. Set while the request has a
   * turn (lib/web/turns.ts).
   */
  endTurn?: () => void
  /** What the answer gets in the place of 200, once its headers are written. */
  refusal: { status: number; retryAfterSeconds: number | null } | null
}

interface Shared {
  storage: AsyncLocalStorage<RequestContext>
  runOutside: <Value>(work: () => Value) => Value
}

/**
 * Middleware and pages are separate bundles of one process: they share it under this key. Our server and
 * instrumentation.ts load this file at the start, so the snapshot holds no request; a page's bundle loads it during one.
 */
const sharedKey = Symbol.for('gatehouse.request')
const shared = globalThis as typeof globalThis & { [sharedKey]?: Shared }
shared[sharedKey] ??= { storage: new AsyncLocalStorage(), runOutside: AsyncLocalStorage.snapshot() }
const { storage, runOutside } = shared[sharedKey]

export function runInRequest(context: RequestContext, work: () => void): void {
  storage.run(context, work)
}

/**
 * For what a request starts and what outlives it: a timer, a queue, a thread, a connection. Node keeps the async context
 * of a request, and with it the request, its answer and what Next holds of them, until the last timer or resource that
 * was made in it is gone. Leaving our own storage alone would not do: Next and React have storages too.
 */
export function outsideOfRequests<Value>(work: () => Value): Value {
  return runOutside(work)
}

/** Null outside of a request, and where another server than ours answers. */
export function currentRequest(): RequestContext | null {
  return storage.getStore() ?? null
}
