import { describe, expect, test } from 'vitest'
import { nextFactor } from './next-factor.ts'

const none = {
  hasPassword: true,
  hasTotp: false,
  totpSince: null,
  recoveryCodesLeft: 0,
  passkeyCount: 0,
  hasSecondFactor: false,
  changedAt: null,
}
const app = { ...none, hasTotp: true, totpSince: 1, recoveryCodesLeft: 10, hasSecondFactor: true, changedAt: 1 }
const passkey = { ...none, passkeyCount: 1, recoveryCodesLeft: 10, hasSecondFactor: true, changedAt: 1 }

describe('nextFactor', () => {
  test.each([
    ['a second factor to a password alone', none, 'factor'],
    ['a second factor beside a passkey that the browser made by itself', { ...none, passkeyCount: 1 }, 'factor'],
    ['new recovery codes when two are left', { ...app, recoveryCodesLeft: 2 }, 'codes'],
    ['nothing when three are left', { ...app, recoveryCodesLeft: 3 }, null],
    ['a second passkey to a user with one and no app', passkey, 'passkey'],
    ['nothing to a user with a passkey and an app', { ...app, passkeyCount: 1 }, null],
    ['nothing to a user with two passkeys', { ...passkey, passkeyCount: 2 }, null],
  ])('suggests %s', (_, factors, next) => {
    expect(nextFactor(factors)).toBe(next)
  })
})
