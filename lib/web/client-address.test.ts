import { describe, expect, test } from 'vitest'
import { readSettings } from '#lib/config.ts'
import { runInRequest } from '#lib/core/request-context.ts'
import { clientAddress, readClientAddress, unreadableEntry } from './client-address.ts'

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
    ['with a port', '198.51.100.7:50001', 1, '198.51.100.7'],
    ['with a port, behind two proxies', '192.0.2.1, 198.51.100.7:50001,10.0.0.2:443', 2, '198.51.100.7'],
    ['of IPv6 with a port', '[2001:db8::7]:50001', 1, '2001:db8::7'],
    ['of IPv6 in brackets', '[2001:db8::7]', 1, '2001:db8::7'],
    ['of IPv6 written in full, with a port and no brackets', '2001:db8:0:0:0:0:0:7:50001', 1, '2001:db8:0:0:0:0:0:7'],
    ['of IPv6 whose last group looks like a port', '2001:db8::7:443', 1, '2001:db8::7:443'],
    ['of IPv6 with a zone', 'fe80::7%eth0', 1, 'fe80::7'],
    ['of IPv6 with a zone, brackets and a port', '[fe80::7%25eth0]:443', 1, 'fe80::7'],
    ['of IPv4 written as IPv6, with a port', '[::ffff:198.51.100.7]:50001', 1, '198.51.100.7'],
    ['in quotes', '"198.51.100.7:50001"', 1, '198.51.100.7'],
    ['in quotes and brackets', '"[2001:db8::7]:50001"', 1, '2001:db8::7'],
    ['with spaces around', '  192.0.2.1 ,\t198.51.100.7 ', 1, '198.51.100.7'],
    ['that is unknown', '192.0.2.1, unknown', 1, socket],
    ['that is hidden', '192.0.2.1, _hidden', 1, socket],
    ['that is a socket file', '192.0.2.1, unix:', 1, socket],
    ['that is empty, whatever the client claims', '192.0.2.1, ', 1, socket],
    ['behind an empty one', '198.51.100.7, , 10.0.0.2', 3, '198.51.100.7'],
    ['with a port that is none', '198.51.100.7:port', 1, socket],
    ['with nothing in its brackets', '[]:443', 1, socket],
    ['with digits that are no address', '198.51.100.777:443', 1, socket],
  ])('is that of the connection, or added by trusted proxies: %s [V15.3.4]', (_, forwardedFor, hops, expected) => {
    expect(clientAddress(forwardedFor, socket, hops)).toBe(expected)
  })

  test('converts mapped IPv4, and is empty for a closed connection', () => {
    expect(clientAddress(null, '::ffff:198.51.100.9', 0)).toBe('198.51.100.9')
    expect(clientAddress(null, '', 0)).toBe('')
  })
})

describe('unreadableEntry', () => {
  test.each([
    ['without proxies', '<script>', 0, null],
    ['for an address', '198.51.100.7:50001', 1, null],
    ['that is missing', null, 1, ''],
    ['with fewer entries than proxies', '198.51.100.7', 2, ''],
    ['that is another thing', '192.0.2.1, host-é7.example', 1, 'xxxx-x0.xxxxxxx'],
  ])('shows the proxy’s format without an address: %s', (_, forwardedFor, hops, expected) => {
    expect(unreadableEntry(forwardedFor, hops)).toBe(expected)
  })

  test('is shortened', () => expect(unreadableEntry('x'.repeat(9000), 1)).toHaveLength(60))
})

describe('readClientAddress', () => {
  const read = (forwardedFor: string, TRUST_PROXY_HOPS?: string, env = {}) =>
    readClientAddress(
      new Headers({ 'x-forwarded-for': forwardedFor }),
      readSettings({ ...env, ...(TRUST_PROXY_HOPS && { TRUST_PROXY_HOPS }) }),
    )

  test('uses the address that our server found', () => {
    const request = { id: '', path: '/', address: '198.51.100.9', noted: new Set<string>(), refusal: null }
    runInRequest({ ...request, answered: Promise.resolve() }, () => {
      expect(read('203.0.113.5')).toBe('198.51.100.9')
      expect(read('203.0.113.5', '1')).toBe('198.51.100.9')
    })
  })

  test('is empty under another server while no proxy is trusted [V15.3.4]', () => {
    expect(read('203.0.113.5')).toBe('')
    expect(read('192.0.2.1, 203.0.113.5')).toBe('')
  })

  test('uses only the trusted entry under another server [V15.3.4]', () => {
    expect(read('192.0.2.1, 203.0.113.5:50001', '1')).toBe('203.0.113.5')
    expect(read('203.0.113.5', '2')).toBe('')
  })

  test('trusts Vercel, which writes the header itself, by default', () => {
    const vercel = { VERCEL: '1', DATABASE_URL: 'postgres://localhost/gatehouse', SESSION_SECRET: 'x'.repeat(32) }
    expect(read('203.0.113.5', undefined, vercel)).toBe('203.0.113.5')
    expect(read('203.0.113.5', '0', vercel)).toBe('')
  })
})
