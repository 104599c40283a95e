// What Next calls when a page, handler or action throws: the one log line that the digest on the error page leads to. It
// has the digest and the id of the request.
import type { Instrumentation } from 'next'
import './lib/server/node-version.cjs'
import { logFault } from '#lib/log.ts'

export const onRequestError: Instrumentation.onRequestError = (error, request) => {
  const [path] = request.path.split('?')
  logFault('request_failed', error, { method: request.method, path, digest: digestOf(error) })
}

function digestOf(error: unknown): string | null {
  return error instanceof Error && 'digest' in error ? String(error.digest) : null
}
