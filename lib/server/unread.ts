// Records connections over the limit, and bytes that Node cannot parse or waits for too long.
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SecurityEvents } from '../core/security-events.ts'
import type { RefusalCode } from '../web/responses/refusal.ts'

/** The log code and error page per kind. Every other unparsable request is `malformed`. */
const kinds: Record<string, { code: string; refusal: RefusalCode }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'too_slow', refusal: 'too_slow' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'too_large', refusal: 'too_large' },
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', refusal: 'headers_too_large' },
}

export function unreadKind({ code = '' }: NodeJS.ErrnoException): { code: string; refusal: RefusalCode } {
  return kinds[code] ?? { code: 'malformed', refusal: 'bad_request' }
}

/** Ignores aborted connections: users abort page loads all the time. */
export function noteUnread(server: Server, events: SecurityEvents): void {
  server.on('drop', (from) => {
    events.note({ event: 'connection.refused', code: 'too_many', address: from?.remoteAddress ?? '' })
  })
  // Node emits another error for each chunk after the unparsable one.
  const noted = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { remoteAddress?: string }) => {
    if (noted.has(socket)) return
    noted.add(socket)
    if (!error.code?.startsWith('HPE_') && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') return
    events.note({ event: 'request.refused', code: unreadKind(error).code, address: socket.remoteAddress ?? '' })
  })
}
