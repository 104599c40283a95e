// Where a request came from, as far as this deployment's proxies can be believed.
import { isIP } from 'node:net'
import type { Settings } from '#lib/config.ts'
import { currentRequest } from '#lib/core/request-context.ts'

/**
 * The address that the outermost trusted proxy saw: the entry of X-Forwarded-For that stands `hops` from the right
 * (each proxy appends whom it saw; what stands further left is the client's own word). Without proxies, and where that
 * entry is no address, it is the socket's. Empty when neither says.
 */
export function clientAddress(forwardedFor: string | null, socketAddress: string, hops: number): string {
  return forwardedAddress(forwardedFor, hops) || plainAddress(socketAddress)
}

/** What the trusted entry says, or empty: there is none, or it is no address. */
export function forwardedAddress(forwardedFor: string | null, hops: number): string {
  return plainAddress(trustedEntry(forwardedFor, hops))
}

/**
 * The trusted entry with its letters and digits masked, so that a log shows what a proxy writes and no address; null
 * where it is an address or no proxy is trusted.
 */
export function unreadableEntry(forwardedFor: string | null, hops: number): string | null {
  if (hops === 0 || forwardedAddress(forwardedFor, hops) !== '') return null
  return trustedEntry(forwardedFor, hops).slice(0, 60).replace(/\d/g, '0').replace(/\p{L}/gu, 'x')
}

/**
 * For pages and actions: what our own server found. Another server (`next start`, a standalone build, a platform's) passes
 * X-Forwarded-For on as it came, and no socket's address: without trusted proxies nothing is known there, and everybody
 * shares one count.
 */
export function readClientAddress(headers: Headers, { trustProxyHops }: Settings): string {
  return currentRequest()?.address ?? forwardedAddress(headers.get('x-forwarded-for'), trustProxyHops)
}

/** Empty entries count: to skip one that a proxy left empty would be to believe the client's. */
function trustedEntry(forwardedFor: string | null, hops: number): string {
  if (hops === 0) return ''
  return (forwardedFor ?? '').split(',').at(-hops)?.trim() ?? ''
}

/**
 * IPv4 as IPv4, also where a socket speaks both; without quotes, brackets, zone and port, which some proxies add (Azure:
 * `198.51.100.7:50001`). Empty for anything that is no address.
 */
function plainAddress(text: string): string {
  const unquoted = text.replace(/^"(.*)"$/, '$1').trim()
  const bracketed = /^\[([^\]]*)\](?::\d{0,5})?$/.exec(unquoted)?.[1]
  // IPv6 without brackets comes first: its last group may look like a port.
  const candidates = bracketed === undefined ? [unquoted, unquoted.replace(/:\d{1,5}$/, '')] : [bracketed]
  for (const candidate of candidates) {
    const address = candidate.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
    if (isIP(address) !== 0) return address
  }
  return ''
}
