// Compresses pages. An attacker who sees how long an answer is can find out a secret that is compressed together with
// text of the attacker's choice (BREACH, CVE-2013-3587). So a page of a logged-in user is compressed only when its URL
// has no query, the one part of a request for a page that another site can choose and a page repeats.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { constants } from 'node:zlib'
import compression from 'compression'
import { isPage } from '../web/responses/security-headers.ts'

/** Two thirds of the best level's saving for a fraction of its time, on zlib's threads. */
const options = { level: 4, brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } } }

/** `sessionCookie` is the name of the cookie that logged-in users send. */
export function withCompression(sessionCookie: string, next: RequestListener): RequestListener {
  const cookie = `${sessionCookie}=`
  const filter = ({ method, url, headers }: IncomingMessage, response: ServerResponse) => {
    const mayReflect = url?.includes('?') && headers.cookie?.includes(cookie)
    return method === 'GET' && !mayReflect && isPage(String(response.getHeader('content-type')))
  }
  // The types are Express's; the package itself needs Node's request and response only.
  const compress = compression({ ...options, filter: filter as never })
  return (request, response) => compress(request as never, response as never, () => next(request, response))
}
