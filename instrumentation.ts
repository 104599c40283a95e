// Next's hooks: the check at start, and the log line for an error in a page, handler or action. The line has the digest
// that the error page shows, and the request's id.
import type { Instrumentation } from 'next'
import { logError } from '#lib/core/log/log.ts'

/** Our server has checked this already; another host may run a Node that is too old. */
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
