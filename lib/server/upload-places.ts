// Bounds the memory of uploads: few bodies larger than a form's may arrive at a time. The browser's script makes smaller
// pictures, which need no place.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { countedAddress } from '../core/rate-limits/counted-address.ts'
import { isLargeUpload } from '../web/forms/body-limit.ts'

const most = 8
/** A client that sends slowly leaves places for others. */
const mostOfAddress = 2

export interface UploadPlaces {
  /** Takes a place until the response has ended. `busy` when there is none. */
  enter(request: IncomingMessage, response: ServerResponse, address: string): 'busy' | null
}

export function createUploadPlaces(): UploadPlaces {
  const byAddress = new Map<string, number>()
  let taken = 0
  return {
    enter({ headers }, response, address) {
      if (!isLargeUpload(headers['content-length'])) return null
      const network = countedAddress(address)
      const own = byAddress.get(network) ?? 0
      if (taken >= most || own >= mostOfAddress) return 'busy'
      taken += 1
      byAddress.set(network, own + 1)
      response.once('close', () => {
        taken -= 1
        const left = (byAddress.get(network) ?? 1) - 1
        if (left > 0) byAddress.set(network, left)
        else byAddress.delete(network)
      })
      return null
    },
  }
}
