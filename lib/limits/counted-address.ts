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
