import { describe, expect, test } from 'vitest'
import { findOriginError, isPersonsAct, isSameOrigin } from './request-checks.ts'

const site = 'https://accounts.example.com'

describe('isSameOrigin', () => {
  test.each<[string, Record<string, string>]>([
    ['the site’s own origin', { origin: site }],
    ['its own origin and Sec-Fetch-Site', { origin: site, 'sec-fetch-site': 'same-origin' }],
    ['no Origin, but the browser’s word that it is the same', { 'sec-fetch-site': 'same-origin' }],
    ['a text browser’s Referer of its own page', { referer: `${site}/login?next=%2Fprofile` }],
    ['a Referer of the origin alone', { referer: site }],
  ])('accepts %s', (_what, headers) => {
    expect(isSameOrigin(new Headers(headers), site)).toBe(true)
  })

  test.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['an opaque origin', { origin: 'null' }],
    ['another port', { origin: 'https://accounts.example.com:8443' }],
    ['another scheme', { origin: 'http://accounts.example.com' }],
    ['a neighbour of the same site', { origin: site, 'sec-fetch-site': 'same-site' }],
    ['a cross-site request with our origin', { origin: site, 'sec-fetch-site': 'cross-site' }],
    ['another origin that claims to be the same', { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }],
    ['no header at all', {}],
    ['an empty Referer', { referer: '' }],
    ['another site’s Referer', { referer: 'https://evil.test/' }],
    ['a Referer that only begins like the site', { referer: `${site}.evil.test/` }],
    ['a Referer with the site as its user', { referer: `${site}@evil.test/` }],
    ['a Referer with the site in its path', { referer: `https://evil.test/${site}/` }],
    ['a Referer of another port', { referer: `${site}:8443/` }],
    ['a Referer of another scheme', { referer: 'http://accounts.example.com/' }],
    ['a Referer of a blob', { referer: `blob:${site}/x` }],
    ['a Referer that is none', { referer: 'about:blank' }],
    ['our Referer beside another origin', { origin: 'https://evil.test', referer: `${site}/` }],
    ['our Referer beside an opaque origin', { origin: 'null', referer: `${site}/` }],
    ['our Referer beside a cross-site request', { 'sec-fetch-site': 'cross-site', referer: `${site}/` }],
    ['our Referer beside an address that was typed', { 'sec-fetch-site': 'none', referer: `${site}/` }],
    ['a forwarded host of its own making', { origin: 'https://evil.test', 'x-forwarded-host': 'evil.test' }],
  ])('rejects %s [V3.5.1, T5]', (_what, headers) => {
    expect(isSameOrigin(new Headers(headers), site)).toBe(false)
  })

  test('distinguishes a foreign origin from a missing one', () => {
    expect(findOriginError(new Headers({ referer: 'https://evil.test/' }), site)).toBe('wrong_origin')
    expect(findOriginError(new Headers(), site)).toBe('origin_unknown')
  })

  test('accepts all names of this machine while the site is local', () => {
    expect(isSameOrigin(new Headers({ origin: 'http://127.0.0.1:3000' }), 'http://localhost:3000')).toBe(true)
    expect(isSameOrigin(new Headers({ origin: 'http://127.0.0.1:3001' }), 'http://localhost:3000')).toBe(false)
  })
})

describe('isPersonsAct', () => {
  test.each<[string, string, Record<string, string>]>([
    ['a navigation', 'GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['a tool without these headers', 'GET', {}],
    ['a form posted by a page', 'POST', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['a form posted by script', 'POST', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ])('counts %s', (_what, method, headers) => {
    expect(isPersonsAct(method, new Headers(headers))).toBe(true)
  })

  test.each<[string, string, Record<string, string>]>([
    ['a fetch by script', 'GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['an image', 'GET', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', 'GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['a prefetch', 'GET', { 'sec-purpose': 'prefetch', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ['a prerender', 'GET', { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-dest': 'document' }],
    ['an old prefetch', 'GET', { purpose: 'prefetch' }],
    ['another method', 'OPTIONS', {}],
  ])('does not count %s', (_what, method, headers) => {
    expect(isPersonsAct(method, new Headers(headers))).toBe(false)
  })
})
