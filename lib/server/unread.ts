// What never became a request: a connection too many, and bytes that Node cannot read or would wait for too long.
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SecurityEvents } from '../security-events.ts'

/** Node's own choice of status, and what the log calls it. Everything else that cannot be read is malformed. */
const kinds: Record<string, { status: number; code: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'too_slow' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'too_large' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers_too_large' },
}

export function unreadKind({ code = '' }: NodeJS.ErrnoException): { status: number; code: string } {
  return kinds[code] ?? { status: 400, code: 'malformed' }
}

/** Whoever breaks a connection off is not noted: people do. */
export function noteUnread(server: Server, events: SecurityEvents): void {
  server.on('drop', (from) => {
    events.note({ event: 'connection.refused', code: 'too_many', address: from?.remoteAddress ?? '' })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { remoteAddress?: string }) => {
    if (!error.code?.startsWith('HPE_') && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') return
    events.note({ event: 'request.refused', code: unreadKind(error).code, address: socket.remoteAddress ?? '' })
  })
}
