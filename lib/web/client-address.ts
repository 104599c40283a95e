// Where a request came from, as far as this deployment's proxies can be believed.
import { isIP } from 'node:net'
import type { Settings } from '#lib/config.ts'

/**
 * The address that the outermost trusted proxy saw: the entry of X-Forwarded-For that stands `hops` from the right
 * (each proxy appends whom it saw; what stands further left is the client's own word). Without proxies it is the
 * socket's. Empty when neither says.
 */
export function clientAddress(forwardedFor: string | null, socketAddress: string, hops: number): string {
  if (hops === 0) return plainAddress(socketAddress)
  const entries = (forwardedFor ?? '').split(',').map((entry) => entry.trim())
  return plainAddress(entries.at(-hops) ?? '') || plainAddress(socketAddress)
}

/** For pages and actions. Our own server has replaced the header by the one address (lib/server/http.ts). */
export function readClientAddress(headers: Headers, { trustProxyHops }: Settings): string {
  const entries = (headers.get('x-forwarded-for') ?? '').split(',')
  return plainAddress((entries.at(-Math.max(trustProxyHops, 1)) ?? entries[0] ?? '').trim())
}

/** IPv4 as IPv4, also where a socket speaks both; nothing that is not an address. */
function plainAddress(text: string): string {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, '')
  return isIP(address) === 0 ? '' : address
}
