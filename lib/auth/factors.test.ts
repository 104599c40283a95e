import { describe, expect, test } from 'vitest'
import { aPasskey, aUser } from '../stores/contract/samples.ts'
import { changeByOwner, removalOf } from './factors.ts'

const codes = [{ beginning: 'aa', hash: 'hash' }]

describe('the removal of a factor', () => {
  const totp = { sealed: 'sealed', createdAt: 2000 }
  const user = { ...aUser(), totp, passkeys: [aPasskey({ createdAt: 1000 })], recoveryCodes: codes }

  test('does not write the recovery codes while a second factor stays, because one may be used meanwhile', () => {
    expect(removalOf(user, 2000, 3000)).not.toHaveProperty('recoveryCodes')
    expect(changeByOwner(user, { totp, passkeys: [] }, [])).toEqual({ ok: true, value: { totp, passkeys: [] } })
  })

  test('takes the recovery codes along with the last one', () => {
    expect(removalOf(user, 0, 3000)).toMatchObject({ totp: null, passkeys: [], recoveryCodes: [] })
    expect(changeByOwner(user, { totp: null, passkeys: [] }, [])).toMatchObject({ value: { recoveryCodes: [] } })
  })
})
