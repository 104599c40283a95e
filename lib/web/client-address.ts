// The client's IP address, as far as this deployment's proxies are trusted.
import { isIP } from 'node:net'
import type { Settings } from '#lib/config.ts'
import { currentRequest } from '#lib/core/request-context.ts'

/**
 * The address that the outermost trusted proxy saw: the entry of X-Forwarded-For `hops` from the right. Each proxy
 * appends the address of its peer; entries further left come from the client. Without proxies, or if that entry is no
 * IP address, uses the socket's address. Empty if neither is known.
 */
export function clientAddress(forwardedFor: string | null, socketAddress: string, hops: number): string {
  return forwardedAddress(forwardedFor, hops) || plainAddress(socketAddress)
}

/** The address in the trusted entry, or empty if there is none or it is invalid. */
export function forwardedAddress(forwardedFor: string | null, hops: number): string {
  return plainAddress(trustedEntry(forwardedFor, hops))
}

/**
 * The invalid trusted entry with letters and digits masked: the log then shows the proxy's format and no address. Null
 * if the entry is valid or no proxy is trusted.
 */
export function unreadableEntry(forwardedFor: string | null, hops: number): string | null {
  if (hops === 0 || forwardedAddress(forwardedFor, hops) !== '') return null
  return trustedEntry(forwardedFor, hops).slice(0, 60).replace(/\d/g, '0').replace(/\p{L}/gu, 'x')
}

/**
 * For pages and actions: the address that our server found. Other servers (`next start`, a standalone build, a
 * platform's) pass on X-Forwarded-For unchanged and no socket address. Without trusted proxies the address is unknown
 * there, and all clients share one count.
 */
export function readClientAddress(headers: Headers, { trustProxyHops }: Settings): string {
  return currentRequest()?.address ?? forwardedAddress(headers.get('x-forwarded-for'), trustProxyHops)
}

/** Counts empty entries too: skipping one would select an entry that the client wrote. */
function trustedEntry(forwardedFor: string | null, hops: number): string {
  if (hops === 0) return ''
  return (forwardedFor ?? '').split(',').at(-hops)?.trim() ?? ''
}

/**
 * Converts IPv4-mapped IPv6 to IPv4, and removes quotes, brackets, zone and port, which some proxies add (Azure:
 * `198.51.100.7:50001`). Empty for an invalid address.
 */
function plainAddress(text: string): string {
  const unquoted = text.replace(/^"(.*)"$/, '$1').trim()
  const bracketed = /^\[([^\]]*)\](?::\d{0,5})?$/.exec(unquoted)?.[1]
  // Try it as IPv6 first: its last group can look like a port.
  const candidates = bracketed === undefined ? [unquoted, unquoted.replace(/:\d{1,5}$/, '')] : [bracketed]
  for (const candidate of candidates) {
    const address = candidate.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
    if (isIP(address) !== 0) return address
  }
  return ''
}
