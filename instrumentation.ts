// What Next calls when a page, handler or action throws: the one log line that the digest on the error page leads to.
import type { Instrumentation } from 'next'
import { logFault } from '#lib/log.ts'

export const onRequestError: Instrumentation.onRequestError = (error, request) => {
  const [path] = request.path.split('?')
  logFault('request_failed', error, { method: request.method, path })
}
