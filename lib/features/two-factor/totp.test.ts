import { Secret } from 'otpauth'
import { expect, test } from 'vitest'
import { openTotpKey, sealTotpKey } from '../../auth/totp-key.ts'
import { seconds } from '../../core/clock.ts'
import { codeOn } from './second-factor-for-test.ts'
import { findStep, newTotpKey, totpUri } from './totp.ts'

const secrets = ['a secret of at least 32 characters']
const rfcKey = Secret.fromUTF8('12345678901234567890').base32

// RFC 6238, appendix B. Its codes have eight digits; six digits are their end.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('accepts the code of RFC 6238 at %i s', (at, code) => {
  expect(findStep(rfcKey, code, seconds(at))).toBe(Math.floor(at / 30))
})

test('accepts a code one step of 30 s early or late, and none beyond [V6.5.5]', () => {
  const start = seconds(3_000_000_000)
  const code = codeOn(rfcKey, start)
  const step = start / seconds(30)
  expect([-30_001, -30_000, 0, 29_999, 59_999, 60_000].map((ms) => findStep(rfcKey, code, start + ms))).toEqual([
    null,
    step,
    step,
    step,
    step,
    null,
  ])
})

test('a new key has 160 random bits, in the form that apps read [V6.5.3]', () => {
  const keys = new Set(Array.from({ length: 100 }, newTotpKey))
  expect(keys.size).toBe(100)
  for (const key of keys) expect(key).toMatch(/^[A-Z2-7]{32}$/)
  const [key = ''] = keys
  expect(totpUri(key, { issuer: 'example.org', username: 'ada' })).toBe(
    `otpauth://totp/example.org:ada?issuer=example.org&secret=${key}&algorithm=SHA1&digits=6&period=30`,
  )
})

test('a sealed key opens for its user only, and with any of the secrets [V6.5.2, T27]', async () => {
  const key = newTotpKey()
  const sealed = await sealTotpKey(key, 'alice', secrets)
  expect(sealed).not.toContain(key)
  expect(await openTotpKey(sealed, 'alice', ['a newer secret of 32 characters....', ...secrets])).toBe(key)
  expect(await openTotpKey(sealed, 'bob', secrets)).toBeNull()
  expect(await openTotpKey(sealed, 'alice', ['another secret of 32 characters.....'])).toBeNull()
})
