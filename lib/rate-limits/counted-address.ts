// By what a client's address is counted.
import ipaddr from 'ipaddr.js'

/**
 * IPv4 by the whole address. IPv6 by its first 64 bits: that much one household or machine gets, and may change the rest at
 * will (RFC 6177, RFC 8981). Whoever's address is not known shares one count.
 */
export function countedAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`)}/64`
}

/**
 * What a counted address shares with others when there are too many to count: 16 bits of IPv4, 32 of IPv6, which is what one
 * holder of many has. A flood from there then shares with itself. Anything else stands for itself.
 */
export function neighbourhood(counted: string): string {
  const [address = ''] = counted.split('/', 1)
  if (!ipaddr.isValid(address)) return counted
  const parsed = ipaddr.parse(address)
  return parsed.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/16`)}/16`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/32`)}/32`
}
