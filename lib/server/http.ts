// The HTTP servers: where they listen, which request headers they trust, how they stop.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ownOrigins, type Settings } from '../config.ts'
import { minutes, seconds } from '../core/clock.ts'
import { createLog, type Log } from '../core/log/log.ts'
import { runInRequest } from '../core/request-context.ts'
import type { SecurityEvents } from '../core/security-events.ts'
import { clientAddress, unreadableEntry } from '../web/client-address.ts'
import { findBodyError } from '../web/forms/body-limit.ts'
import { type RefusalCode, refusal } from '../web/responses/refusal.ts'
import { createAnswers } from './answers.ts'
import { createConnections } from './connections.ts'
import { createContext, measureAnswer } from './context.ts'
import { readerHeaders } from './reader-headers.ts'
import { noteUnread } from './unread.ts'
import { createUploadPlaces } from './upload-places.ts'

/** How long running requests get to finish after a signal. */
const drainMs = seconds(5)

const limits = {
  /**
   * Longer than the 60 to 75 s for which load balancers keep an idle connection. Whichever side closes first loses the
   * request that the other side is sending at that moment.
   */
  keepAliveTimeout: seconds(90),
  /** Twice Node's default: all sites under one domain can set cookies for it, and a browser sends them all. */
  maxHeaderSize: 32 * 1024,
  // No browser that posts a form is slower than this. The time between two requests does not count.
  headersTimeout: seconds(10),
  requestTimeout: seconds(30),
  // How often Node checks for slow requests. Its default of 30 s would stretch the first timeout to three times its
  // value.
  connectionsCheckingInterval: seconds(2),
}
/** A misconfigured proxy repeats the error with every request. */
const warnEveryMs = minutes(1)
/**
 * Maximum number of pipelined requests per connection. A browser may send its next one just before the last response
 * ends.
 */
const mostQueued = 4

export interface Servers {
  main: Server
  /** The same site on the IPv6 loopback address, if the machine has one: `localhost` can resolve to either. */
  also: Server
  /** Sends all later requests to this listener. */
  handle(listener: RequestListener): void
}

interface ServersOptions {
  dev?: boolean
  log?: Pick<Log, 'warn'>
}

export function createServers(
  settings: Settings,
  events: SecurityEvents,
  { dev = false, log = createLog(settings.logLevel) }: ServersOptions = {},
): Servers {
  const answers = createAnswers(settings.appOrigin, { dev })
  const uploads = createUploadPlaces()
  const connections = createConnections(events, { byAddress: settings.trustProxyHops === 0 })
  const pinHost = createHostPin(settings.appOrigin)
  const pinAddress = createAddressPin(settings.trustProxyHops, log)
  let listener: RequestListener = (_request, response) => response.writeHead(503).end()
  const queued = new WeakMap<Socket, number>()
  /**
   * Node emits pipelined requests at once, with a response that has no socket yet. Starting them early would hold files
   * and queue slots, for ever if the client never reads, so each starts when its response gets the socket.
   */
  const inOrder: RequestListener = (request, response) => {
    if (response.socket !== null) return answer(request, response)
    const { socket } = request
    const waiting = (queued.get(socket) ?? 0) + 1
    if (waiting > mostQueued) {
      events.note({ event: 'request.refused', code: 'malformed', address: socket.remoteAddress ?? '' })
      socket.destroy()
      return
    }
    queued.set(socket, waiting)
    response.once('socket', () => {
      queued.set(socket, (queued.get(socket) ?? 1) - 1)
      answer(request, response)
    })
  }
  const answer: RequestListener = (request, response) => {
    if (connections.isCrowded(request.socket)) response.shouldKeepAlive = false
    answers.begin(request, response)
    pinHost(request)
    const context = createContext(request, response, pinAddress(request))
    measureAnswer(context, request, response)
    runInRequest(context, () => {
      const error = findRequestError(request) ?? uploads.enter(request, response, context.address)
      if (error === null) return listener(request, response)
      events.note({ event: 'request.refused', code: error })
      refuse(request, response, error)
    })
  }
  const options = {
    ...limits,
    // `findRequestError` rejects a request without a Host, with a proper error page.
    requireHostHeader: false,
    // Only development upgrades connections. Next never answers an unknown upgrade and sets no timeout, and such a
    // connection would delay the shutdown; without an upgrade it is an ordinary request.
    shouldUpgradeCallback: () => dev,
    ServerResponse: answers.ServerResponse,
  }
  const main = createServer(options, inOrder)
  const also = createServer(options, inOrder)
  for (const server of [main, also]) {
    connections.watch(server)
    server.on('clientError', answers.refuseUnread)
    // By default Node answers a failed expectation with an empty page, and CONNECT not at all.
    server.on('checkExpectation', (request, response) => {
      answers.begin(request, response)
      refuse(request, response, 'expectation')
    })
    server.on('connect', (_request, socket) => answers.refuseConnection(socket, 'bad_request'))
    noteUnread(server, events)
  }
  // Next attaches its development WebSocket to the main server.
  also.on('upgrade', (...upgrade) => main.emit('upgrade', ...upgrade))
  return {
    main,
    also,
    handle(next) {
      listener = next
    },
  }
}

/** Throws `cannot_listen`, with advice, when the address is taken or not on this machine. */
export async function listen({ main, also }: Servers, { host, port }: Settings): Promise<void> {
  if (host !== 'localhost') return listenOn(main, host ?? undefined, port)
  await listenOn(main, '127.0.0.1', port)
  // Some machines have no IPv6.
  await listenOn(also, '::1', port, ['EADDRNOTAVAIL', 'EAFNOSUPPORT'])
}

export async function stopServers({ main, also }: Servers): Promise<void> {
  await Promise.all([main, also].filter((server) => server.listening).map(stopServer))
}

function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearTimeout(giveUp)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** Rejects requests before any body is read, and before Next, which answers some of these with 500. */
function findRequestError({ method, url, headers, httpVersion }: IncomingMessage): RefusalCode | null {
  if (headers.host === undefined && httpVersion !== '1.0') return 'bad_request'
  // TRACE has no use here, and an absolute URL would set the host of Next's redirects.
  if (method === 'TRACE' || !url?.startsWith('/') || !isDecodable(url)) return 'bad_request'
  // Static files accept only GET and HEAD.
  if (url.startsWith('/_next/static/') && method !== 'GET' && method !== 'HEAD') return 'bad_request'
  return findBodyError({
    path: pathOf(url),
    transferEncoding: headers['transfer-encoding'],
    contentLength: headers['content-length'],
  })
}

function pathOf(url: string): string {
  return url.replace(/[?#].*/s, '')
}

/** Next answers 500 when a dynamic path segment is not valid UTF-8, such as %E0%A4%A. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(pathOf(url))
    return true
  } catch {
    return false
  }
}

async function refuse(request: IncomingMessage, response: ServerResponse, code: RefusalCode): Promise<void> {
  const answer = refusal(code, readerHeaders(request), request.method)
  const headers = Object.fromEntries(answer.headers)
  // Browsers show the response only after sending the whole body, so read and discard it, within the request timeout.
  // The length of a chunked body is unknown, so close that connection.
  if (code === 'length_required') headers.connection = 'close'
  else request.resume()
  response.writeHead(answer.status, headers)
  response.end(await answer.text())
}

/**
 * Next compares a server action's Origin with X-Forwarded-Host, then Host, and clients can send either. Both are set
 * from APP_URL instead.
 */
function createHostPin(appOrigin: string): (request: IncomingMessage) => void {
  const own = ownOrigins(appOrigin).map((origin) => new URL(origin).host)
  const { host: publicHost, protocol } = new URL(appOrigin)
  return ({ headers }) => {
    const asked = headers.host
    headers['x-forwarded-host'] = asked !== undefined && own.includes(asked) ? asked : publicHost
    headers['x-forwarded-proto'] = protocol.slice(0, -1)
  }
}

/**
 * Clients can send X-Forwarded-For, and Next prefers it to the socket's address, so overwrite it with the verified
 * address. Repeat the address once per proxy: behind a scripted form's redirect Next sends the header to this server
 * again.
 */
function createAddressPin(hops: number, log: Pick<Log, 'warn'>): (request: IncomingMessage) => string {
  let [unreadable, quietUntil] = [0, 0]
  const warn = (entry: string) => {
    unreadable += 1
    if (performance.now() < quietUntil) return
    log.warn(
      { event: 'client_address_unreadable', entry, hops, count: unreadable },
      'X-Forwarded-For has no address where TRUST_PROXY_HOPS says; the last proxy counts instead',
    )
    unreadable = 0
    quietUntil = performance.now() + warnEveryMs
  }
  return ({ headers, socket, url }) => {
    const forwardedFor = headers['x-forwarded-for']
    const list = Array.isArray(forwardedFor) ? forwardedFor.join(',') : (forwardedFor ?? null)
    const entry = unreadableEntry(list, hops)
    // Health checks bypass the proxies.
    if (entry !== null && !/^\/(healthz|readyz)\b/.test(url ?? '')) warn(entry)
    const address = clientAddress(list, socket.remoteAddress ?? '', hops)
    headers['x-forwarded-for'] = Array(Math.max(hops, 1)).fill(address).join(', ')
    return address
  }
}

function listenOn(server: Server, host: string | undefined, port: number, unless: string[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (unless.includes(cause.code ?? '')) resolve()
      else reject(cannotListen(host, port, cause))
    })
    server.listen({ host, port }, () => resolve())
  })
}

function cannotListen(host: string | undefined, port: number, cause: NodeJS.ErrnoException): Error {
  const message =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} is taken by another program. Stop it, or choose another one with PORT.`
      : `HOST ${host ?? '(all addresses)'} with PORT ${port} cannot be listened on (${cause.code}). Give HOST an address of this machine and PORT a free port that this user may open.`
  return Object.assign(new Error(message, { cause }), { code: 'cannot_listen' })
}
