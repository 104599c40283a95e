// What never became a request: a connection too many, and bytes that Node cannot read or would wait for too long.
import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SecurityEvents } from '../security-events.ts'

/** What Node answers by itself, and what the log calls it. Everything else that cannot be read is malformed: 400. */
const kinds: Record<string, { status: number; code: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'too_slow' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'too_large' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers_too_large' },
}
const malformed = { status: 400, code: 'malformed' }

/** Whoever breaks a connection off is not noted: people do. */
export function noteUnread(server: Server, events: SecurityEvents): void {
  server.on('drop', (from) => {
    events.note({ event: 'connection.refused', code: 'too_many', address: from?.remoteAddress ?? '' })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { remoteAddress?: string }) => {
    if (error.code?.startsWith('HPE_') || error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      const { code } = kinds[error.code] ?? malformed
      events.note({ event: 'request.refused', code, address: socket.remoteAddress ?? '' })
    }
    answerUnread(error, socket)
  })
}

function answerUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy(error)
  const { status } = kinds[error.code ?? ''] ?? malformed
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
  socket.end(head, () => socket.destroy(error))
}
