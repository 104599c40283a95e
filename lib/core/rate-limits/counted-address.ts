// The key by which rate limits count an IP address.
import ipaddr from 'ipaddr.js'

/**
 * IPv4: the whole address. IPv6: the first 64 bits, which one household or machine controls (RFC 6177, RFC 8981). All
 * unknown addresses share one count.
 */
export function countedAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`)}/64`
}

/**
 * A coarser key for when there are too many to count: 16 bits of IPv4, 32 of IPv6, so that a flood from one large
 * network counts together. Other keys stay as they are.
 */
export function neighbourhood(counted: string): string {
  const [address = ''] = counted.split('/', 1)
  if (!ipaddr.isValid(address)) return counted
  const parsed = ipaddr.parse(address)
  return parsed.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/16`)}/16`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/32`)}/32`
}
