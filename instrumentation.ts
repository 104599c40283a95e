// What Next calls when it starts, and when a page, handler or action throws: the one log line that the digest on the error
// page leads to. It has the digest and the id of the request.
import type { Instrumentation } from 'next'
import { logError } from '#lib/core/log/log.ts'

/** Our own server has looked at this before; another host may bring a Node that is too old. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./lib/server/node-version.cjs')
}

export const onRequestError: Instrumentation.onRequestError = (error, request) => {
  const [path] = request.path.split('?')
  logError('request_failed', error, { method: request.method, path, digest: digestOf(error) })
}

function digestOf(error: unknown): string | null {
  return error instanceof Error && 'digest' in error ? String(error.digest) : null
}
