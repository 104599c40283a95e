// Limits open connections, in total and per IP address, so that one client cannot take all of them.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { countedAddress } from '../core/rate-limits/counted-address.ts'
import type { SecurityEvents } from '../core/security-events.ts'

/** Times the body limit, this bounds the memory that request bodies can take. */
const maxConnections = 1000
/** About sixteen browsers, since a whole network can share one address. */
const mostOfAddress = 100
/** Above this share of a limit, each connection closes after its response. */
const crowdedFrom = 0.75

export interface Connections {
  watch(server: Server): void
  /** Whether the connection should close after its response. */
  isCrowded(socket: Socket): boolean
}

/** Without `byAddress` one address may hold all connections: behind a proxy, all come from one. */
export function createConnections(events: SecurityEvents, { byAddress }: { byAddress: boolean }): Connections {
  const open = new Map<Socket, { address: string; asked: number; answered: number }>()
  const openOf = new Map<string, number>()
  const isAlmost = (count: number, most: number) => count > most * crowdedFrom

  function add(socket: Socket): number {
    const address = countedAddress(socket.remoteAddress ?? '')
    const count = (openOf.get(address) ?? 0) + 1
    open.set(socket, { address, asked: 0, answered: 0 })
    openOf.set(address, count)
    socket.once('close', () => {
      open.delete(socket)
      const left = (openOf.get(address) ?? 1) - 1
      if (left > 0) openOf.set(address, left)
      else openOf.delete(address)
    })
    return count
  }

  /**
   * Closes connections that wait for their next request. Node's `closeIdleConnections` also cuts responses that a slow
   * client is still reading. Connections without a first request fall under the headers timeout.
   */
  function closeIdle(): void {
    for (const [socket, { asked, answered }] of open) if (answered > 0 && answered === asked) socket.destroy()
  }

  return {
    watch(server) {
      server.maxConnections = maxConnections
      server.on('connection', (socket: Socket) => {
        const count = add(socket)
        if (byAddress && count > mostOfAddress) {
          events.note({ event: 'connection.refused', code: 'too_many', address: socket.remoteAddress ?? '' })
          socket.destroy()
        } else if (isAlmost(open.size, maxConnections)) closeIdle()
      })
      server.on('request', ({ socket }, response) => {
        const known = open.get(socket)
        if (known === undefined) return
        known.asked += 1
        response.once('close', () => {
          known.answered += 1
        })
      })
    },

    isCrowded(socket) {
      const ofAddress = openOf.get(open.get(socket)?.address ?? '') ?? 0
      return isAlmost(open.size, maxConnections) || (byAddress && isAlmost(ofAddress, mostOfAddress))
    },
  }
}
