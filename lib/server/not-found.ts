// The page for an address with nothing behind it. Next's own is empty without JavaScript wherever a page, and not the
// router, finds out that nothing is there: React cannot put an error's view into HTML that it has begun.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { refusal } from '../web/responses/refusal.ts'
import { isPage } from '../web/responses/security-headers.ts'
import { readerHeaders } from './reader-headers.ts'

export function withNotFoundPage(next: RequestListener): RequestListener {
  return (request, response) => {
    replaceNotFound(request, response)
    return next(request, response)
  }
}

function replaceNotFound(request: IncomingMessage, response: ServerResponse): void {
  const write = response.write.bind(response) as (...given: unknown[]) => boolean
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse
  /** Set when Next writes the first byte of its own page. */
  let document: Promise<string> | null = null
  const startReplacing = () => {
    if (document !== null) return true
    const { statusCode: status } = response
    if (status !== 404 || !isPage(String(response.getHeader('content-type')))) return false
    if (!response.headersSent) for (const name of ['content-length', 'etag']) response.removeHeader(name)
    document = refusal('not_found', readerHeaders(request)).text()
    return true
  }
  response.write = (...given: unknown[]) => (startReplacing() ? true : write(...given))
  response.end = (...given: unknown[]) => {
    if (!startReplacing() || document === null) return end(...given) as typeof response
    void document.then((text) => end(request.method === 'HEAD' ? undefined : text))
    return response
  }
}
