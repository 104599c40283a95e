import { describe, expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

const socket = '198.51.100.9'

describe('clientAddress', () => {
  test.each([
    ['without proxies', null, 0, socket],
    ['without proxies, whatever is claimed', '203.0.113.5', 0, socket],
    ['behind one proxy', '203.0.113.5', 1, '203.0.113.5'],
    ['behind one proxy, with a claim of the client’s own', '192.0.2.1, 203.0.113.5', 1, '203.0.113.5'],
    ['behind two proxies', '192.0.2.1, 203.0.113.5, 10.0.0.2', 2, '203.0.113.5'],
    ['behind a proxy that says nothing', null, 1, socket],
    ['behind a proxy that was gone around', '', 2, socket],
    ['with fewer entries than proxies', '203.0.113.5', 2, socket],
    ['with something that is no address', '<script>', 1, socket],
    ['of IPv6', '2001:db8::7', 1, '2001:db8::7'],
  ])('is the connection’s, or what the trusted proxies add: %s [V15.3.4]', (_, forwardedFor, hops, expected) => {
    expect(clientAddress(forwardedFor, socket, hops)).toBe(expected)
  })

  test('writes IPv4 as IPv4, and nothing for a connection that is gone', () => {
    expect(clientAddress(null, '::ffff:198.51.100.9', 0)).toBe('198.51.100.9')
    expect(clientAddress(null, '', 0)).toBe('')
  })
})
