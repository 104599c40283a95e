import { sealData } from 'iron-session'
import { describe, expect, test } from 'vitest'
import { readSettings } from '../../config.ts'
import { seal as sealFor } from '../../core/crypto/seal.ts'
import { sealToken, sessionCookieName, sessionCookieOptions, unsealToken } from './session-cookie.ts'

const secret = 'a'.repeat(43)
const site = { settings: readSettings({}), sessionSecrets: [secret] }
const foreign = { token: null, expired: false }

describe('the cookie', () => {
  test('is bound to its host on https, with a plain name where browsers reject that [T21]', () => {
    expect(sessionCookieName('https://accounts.example.com')).toBe('__Host-session')
    expect(sessionCookieName('http://localhost:3000')).toBe('session')
    expect(sessionCookieOptions('https://accounts.example.com')).toEqual({
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: true,
    })
  })
})

describe('unsealToken', () => {
  test('opens seals of sealToken, far below the 4,096 bytes of a cookie [V3.3.5]', async () => {
    const seal = await sealToken('t'.repeat(43), site)
    expect(await unsealToken(seal, site)).toEqual({ token: 't'.repeat(43) })
    expect(await unsealToken(seal, site)).toEqual({ token: 't'.repeat(43) })
    expect(seal.length).toBeLessThan(500)
    expect(seal).not.toContain('ttttt')
  })

  test('rejects a seal with any one character changed [V9.1.1, V11.3.3, V7.2.1]', async () => {
    const seal = await sealToken('token', site)
    for (let at = 0; at < seal.length; at += 1) {
      const changed = `${seal.slice(0, at)}${seal[at] === 'A' ? 'B' : 'A'}${seal.slice(at + 1)}`
      expect(await unsealToken(changed, site)).toMatchObject({ token: null })
    }
  })

  test('accepts only one spelling of a seal [V9.1.2]', async () => {
    const seal = await sealToken('token', site)
    const renamed = ['Fe26.1', 'Fe26.3', 'none', 'HS256'].map((form) => seal.replace('Fe26.2', form))
    // The next letter: only unused bits of the digest differ.
    const twin = seal.replace(/.(?=~2$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))
    for (const other of [twin, ...renamed]) expect(await unsealToken(other, site)).toEqual(foreign)
    for (const other of [seal.slice(0, -2), `${seal.slice(0, -1)}1`, `${seal}2`, `${seal}~2`, ` ${seal}`]) {
      expect(await unsealToken(other, site)).toEqual(foreign)
    }
  })

  test.each([
    '',
    'x',
    'Fe26.2**',
    '~2',
    '{}',
    'Fe26.2*__proto__*a*b*c*d*e*f~2',
    'Fe26.2*constructor*a*b*c*d*e*f~2',
    'x'.repeat(4000),
  ])('rejects %j without throwing [V9.1.3, V11.2.5]', async (value) => {
    expect(await unsealToken(value, site)).toEqual(foreign)
  })

  test('rejects a seal of another deployment or purpose [V9.2.2, V9.2.3]', async () => {
    const elsewhere = await sealToken('token', { ...site, sessionSecrets: ['b'.repeat(43)] })
    expect(await unsealToken(elsewhere, site)).toEqual(foreign)
    const flash = await sealData({ purpose: 'flash', token: 'token' }, { password: secret, ttl: 600 })
    expect(await unsealToken(flash, site)).toEqual(foreign)
    for (const purpose of ['mail', 'kept-form', 'session']) {
      const other = await sealFor({ purpose: 'session', token: 'token' }, purpose, [secret])
      expect(await unsealToken(other, site)).toEqual(foreign)
    }
  })

  test('opens older seals until their secret is removed [V11.2.2, V13.3.4]', async () => {
    const seal = await sealToken('rotated', site)
    const next = 'n'.repeat(43)
    expect(await unsealToken(seal, { ...site, sessionSecrets: [next, secret] })).toEqual({ token: 'rotated' })
    const other = await sealToken('other', site)
    expect(await unsealToken(other, { ...site, sessionSecrets: [next] })).toEqual(foreign)
  })

  test('rejects a seal that names another key [V9.1.3]', async () => {
    const seal = await sealToken('token', site)
    for (const id of ['2', '0', '__proto__', 'constructor', 'https://evil.test/key']) {
      expect(await unsealToken(seal.replace('Fe26.2*1*', `Fe26.2*${id}*`), site)).toEqual(foreign)
    }
  })

  test('contains its expiry, the maximum age of a session [V9.2.1]', async () => {
    const before = Date.now()
    const [, , , , , end] = (await sealToken('token', site)).split('*')
    // iron tolerates clocks that differ by 60 s.
    expect(Number(end) - before).toBeGreaterThanOrEqual(site.settings.session.maxMs)
    expect(Number(end) - Date.now()).toBeLessThanOrEqual(site.settings.session.maxMs + 61_000)
  })

  test('reports an old seal as expired [V9.2.1]', async () => {
    const brief = readSettings({ SESSION_IDLE_SECONDS: '5', SESSION_MAX_SECONDS: '5' })
    const made = Date.now()
    const seal = await sealToken('old', { ...site, settings: brief })
    const wall = Date.now
    Date.now = () => made + 5000 + 61_000 // iron's own tolerance of 60 s included
    try {
      expect(await unsealToken(seal, { ...site, settings: brief })).toEqual({ token: null, expired: true })
    } finally {
      Date.now = wall
    }
  })
})
