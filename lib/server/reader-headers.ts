import type { IncomingMessage } from 'node:http'

/** What `refusal` reads of a request. */
export function readerHeaders({ headers }: IncomingMessage): Headers {
  return new Headers({ 'accept-language': headers['accept-language'] ?? '', cookie: headers.cookie ?? '' })
}
