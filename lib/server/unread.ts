// What never became a request: a connection too many, and bytes that Node cannot read or would wait for too long.
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SecurityEvents } from '../core/security-events.ts'
import type { RefusalCode } from '../web/refusal.ts'

/** What the log calls it, and the page that says it. Everything else that cannot be read is malformed. */
const kinds: Record<string, { code: string; refusal: RefusalCode }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'too_slow', refusal: 'too_slow' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'too_large', refusal: 'too_large' },
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', refusal: 'headers_too_large' },
}

export function unreadKind({ code = '' }: NodeJS.ErrnoException): { code: string; refusal: RefusalCode } {
  return kinds[code] ?? { code: 'malformed', refusal: 'bad_request' }
}

/** Whoever breaks a connection off is not noted: people do. */
export function noteUnread(server: Server, events: SecurityEvents): void {
  server.on('drop', (from) => {
    events.note({ event: 'connection.refused', code: 'too_many', address: from?.remoteAddress ?? '' })
  })
  // Node reports each piece that comes behind the one that could not be read.
  const noted = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { remoteAddress?: string }) => {
    if (noted.has(socket)) return
    noted.add(socket)
    if (!error.code?.startsWith('HPE_') && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') return
    events.note({ event: 'request.refused', code: unreadKind(error).code, address: socket.remoteAddress ?? '' })
  })
}
