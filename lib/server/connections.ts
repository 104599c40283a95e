// How many connections are open, in all and from one address, so that nobody keeps everybody else out by holding them.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { countedAddress } from '../core/rate-limits/counted-address.ts'
import type { SecurityEvents } from '../core/security-events.ts'

/** With the limit of a body, what all of them together can make us hold. */
const maxConnections = 1000
/** More than sixteen browsers that open as many as they do. A whole network may be behind one address. */
const mostOfAddress = 100
/** From this part of either limit on, connections end with their answers. */
const crowdedFrom = 0.75

export interface Connections {
  watch(server: Server): void
  /** Whether there are so many that this one should end with its answer. */
  isCrowded(socket: Socket): boolean
}

/** Without `byAddress` one address may have them all: a proxy's. */
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
   * Those that were answered and ask nothing. Node's `closeIdleConnections` would also cut answers that are made and not yet
   * sent, as to whoever reads slowly. One that has not asked yet has the time limit of the headers.
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
