// The HTTP side of the process: where it listens, what it takes from a request's headers, how it stops.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ownOrigins, type Settings } from '../config.ts'
import { minutes, seconds } from '../core/clock.ts'
import { createLog, type Log } from '../core/log/log.ts'
import { runInRequest } from '../core/request-context.ts'
import type { SecurityEvents } from '../core/security-events.ts'
import { findBodyFault } from '../web/body-limit.ts'
import { clientAddress, unreadableEntry } from '../web/client-address.ts'
import { type RefusalCode, refusal } from '../web/refusal.ts'
import { createAnswers } from './answers.ts'
import { createConnections } from './connections.ts'
import { createContext, measureAnswer } from './context.ts'
import { noteUnread } from './unread.ts'

/** Requests under way get this long to finish after a signal. */
const drainMs = seconds(5)

const limits = {
  /**
   * Longer than load balancers keep an idle connection, 60 to 75 s by default: a connection that this side closes first
   * loses the request that the other side is just sending on it.
   */
  keepAliveTimeout: seconds(90),
  /** Twice Node's own limit: all sites under one domain may set cookies for it, and a browser sends them all. */
  maxHeaderSize: 32 * 1024,
  // Whoever sends more slowly than this is not filling in a form. The time between two requests does not count.
  headersTimeout: seconds(10),
  requestTimeout: seconds(30),
  // How often Node looks for those: its own default, 30 s, would make three times the first limit of it.
  connectionsCheckingInterval: seconds(2),
}
/** A proxy that is set up wrongly does it with every request. */
const warnEveryMs = minutes(1)
/** Requests that wait on one line. A browser's next one may come a moment before the last answer is done with. */
const mostQueued = 4

export interface Servers {
  main: Server
  /** The same site on IPv6's loopback address, where the machine has one; `localhost` may mean either. */
  also: Server
  /** Requests go to this from now on. */
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
  const connections = createConnections(events, { byAddress: settings.trustProxyHops === 0 })
  const pinHost = createHostPin(settings.appOrigin)
  const pinAddress = createAddressPin(settings.trustProxyHops, log)
  let listener: RequestListener = (_request, response) => response.writeHead(503).end()
  const queued = new WeakMap<Socket, number>()
  /**
   * Node hands out what was sent behind a request that has no answer yet, without a line to answer on. Begun at once it
   * would hold files and turns, for ever if nobody reads; so it begins when its turn on the line comes.
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
      const fault = findRequestFault(request)
      if (fault === null) return listener(request, response)
      events.note({ event: 'request.refused', code: fault })
      refuse(request, response, fault)
    })
  }
  const options = {
    ...limits,
    // A request without a Host is ours to refuse, not Node's.
    requireHostHeader: false,
    // Only development speaks another protocol. Next leaves whoever asks for one without an answer and without a time limit,
    // and a line that was given away holds up the stop: here they ask like anybody else.
    shouldUpgradeCallback: () => dev,
    ServerResponse: answers.ServerResponse,
  }
  const main = createServer(options, inOrder)
  const also = createServer(options, inOrder)
  for (const server of [main, also]) {
    connections.watch(server)
    server.on('clientError', answers.refuseUnread)
    // Node answers the one with an empty page and the other not at all.
    server.on('checkExpectation', (request, response) => {
      answers.begin(request, response)
      refuse(request, response, 'expectation')
    })
    server.on('connect', (_request, socket) => answers.refuseConnection(socket, 'bad_request'))
    noteUnread(server, events)
  }
  // Development reloads over a socket that Next attaches to the main server.
  also.on('upgrade', (...upgrade) => main.emit('upgrade', ...upgrade))
  return {
    main,
    also,
    handle(next) {
      listener = next
    },
  }
}

/** Throws `cannot_listen`, with what to do, when the address is taken or is not this machine's. */
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

/** What is refused before a byte of the body is read, and before Next, which answers some of these with a 500. */
function findRequestFault({ method, url, headers, httpVersion }: IncomingMessage): RefusalCode | null {
  if (headers.host === undefined && httpVersion !== '1.0') return 'bad_request'
  // TRACE is of no use here, and an absolute address would name a host for Next's redirects.
  if (method === 'TRACE' || !url?.startsWith('/') || !isDecodable(url)) return 'bad_request'
  // Files are only fetched.
  if (url.startsWith('/_next/static/') && method !== 'GET' && method !== 'HEAD') return 'bad_request'
  return findBodyFault({
    transferEncoding: headers['transfer-encoding'],
    contentLength: headers['content-length'],
  })
}

/** Next fails on a path that holds no text, such as %E0%A4%A, where a page takes a part of it as a parameter. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.replace(/[?#].*/s, ''))
    return true
  } catch {
    return false
  }
}

async function refuse(request: IncomingMessage, response: ServerResponse, code: RefusalCode): Promise<void> {
  const answer = refusal(code, new Headers({ 'accept-language': request.headers['accept-language'] ?? '' }))
  const headers = Object.fromEntries(answer.headers)
  // A browser shows the answer only when it could send all it announced; that is let through unkept, within the time
  // limit. Nobody knows when a chunked body ends, so that connection is closed.
  if (code === 'length_required') headers.connection = 'close'
  else request.resume()
  response.writeHead(answer.status, headers)
  response.end(await answer.text())
}

/**
 * Next compares a server action's Origin with X-Forwarded-Host before Host, and anyone can send either. Both names
 * are taken from APP_URL instead.
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
 * Anyone can send X-Forwarded-For, and Next takes it before the socket's address: the one that counts replaces it, as
 * often as there are proxies, for Next sends it here again when it fetches the page behind a scripted form's redirect.
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
    // Whoever watches the machine asks past the proxies.
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
  const fault =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} is taken by another program. Stop it, or choose another one with PORT.`
      : `HOST ${host ?? '(all addresses)'} with PORT ${port} cannot be listened on (${cause.code}). Give HOST an address of this machine and PORT a free port that this user may open.`
  return Object.assign(new Error(fault, { cause }), { code: 'cannot_listen' })
}
