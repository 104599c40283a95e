// The part of an IP address that is stored for long: it identifies a network but no household.
import ipaddr from 'ipaddr.js'

/** Keeps 24 bits of IPv4 and 48 of IPv6, like privacy-friendly web statistics. Empty for an invalid address. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return ''
  const parsed = ipaddr.process(address)
  const bits = parsed.kind() === 'ipv4' ? 24 : 48
  const network =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${bits}`)
  return `${network}/${bits}`
}
