// The part of an address that may be kept: enough to tell networks apart, too little to point at a household.
import ipaddr from 'ipaddr.js'

/** IPv4 keeps 24 bits and IPv6 48, as statistics that are not to name anybody do. Empty for what is no address. */
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
