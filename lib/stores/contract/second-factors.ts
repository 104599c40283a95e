// The contract of second factors: their uses, and the lists that the user's record holds.

import { describe, expect, it } from 'vitest'

import type { CredentialUse, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aPasskey, aUser } from './samples.ts'

const aUse = (fields: Partial<CredentialUse> = {}): CredentialUse => {
  return { id: 'totp id-of-alice', userId: 'id-of-alice', mark: 7, usedAt: 1_000, ...fields }
}

export function describeSecondFactors(name: string, open: OpenFresh): void {
  describe(`${name}: uses of second factors`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })
    const usesOfAlice = () => stores.credentialUses.listByUser('id-of-alice')

    it('lets one of twenty concurrent uses of a mark through [V6.5.1, V15.4.2, T27]', async () => {
      const uses = Array.from({ length: 20 }, () => stores.credentialUses.advance(aUse()))
      expect((await Promise.all(uses)).filter((isFirst) => isFirst)).toHaveLength(1)
    })

    it('refuses an equal or lower mark, and keeps the higher one', async () => {
      const { advance } = stores.credentialUses
      expect(await advance(aUse({ mark: 7 }))).toBe(true)
      for (const mark of [7, 6, 0]) expect(await advance(aUse({ mark, usedAt: 2_000 })), `${mark}`).toBe(false)
      expect(await usesOfAlice()).toEqual([aUse({ mark: 7 })])
      expect(await advance(aUse({ mark: 8, usedAt: 3_000 }))).toBe(true)
      expect(await usesOfAlice()).toEqual([aUse({ mark: 8, usedAt: 3_000 })])
    })

    it('accepts zero after zero, for passkeys without a counter', async () => {
      const { advance } = stores.credentialUses
      for (const usedAt of [1_000, 2_000]) expect(await advance(aUse({ mark: 0, usedAt }))).toBe(true)
      expect(await usesOfAlice()).toEqual([aUse({ mark: 0, usedAt: 2_000 })])
    })

    it('refuses a credential that another user has', async () => {
      const { advance } = stores.credentialUses
      expect(await advance(aUse({ mark: 0 }))).toBe(true)
      for (const mark of [0, 9]) expect(await advance(aUse({ userId: 'id-of-bob', mark }))).toBe(false)
      expect(await usesOfAlice()).toEqual([aUse({ mark: 0 })])
    })

    it('forgets one use, and those of unknown users', async () => {
      const { advance, forget, removeOrphans } = stores.credentialUses
      await stores.users.insert(aUser())
      for (const id of ['a', 'b']) await advance(aUse({ id }))
      await advance(aUse({ id: 'c', userId: 'nobody' }))
      await forget('a')
      await removeOrphans()
      expect(await usesOfAlice()).toEqual([aUse({ id: 'b' })])
      expect(await stores.credentialUses.listByUser('nobody')).toEqual([])
    })
  })

  describe(`${name}: second factors of a user`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })
    const codes = ['ab', 'cd', 'ef'].map((beginning) => ({ beginning, hash: `$argon2id$${beginning}` }))
    const factors = {
      totp: { sealed: 'Fe26.2*sealed', createdAt: 2_000 },
      recoveryCodes: codes,
      passkeys: [aPasskey(), aPasskey({ id: 'other', name: 'Zoë’s phone', transports: [], isSynced: true })],
      factorsChangedAt: 3_000,
    }

    it('are stored unchanged by an insert and an update', async () => {
      await stores.users.insert(aUser({ id: 'new', username: 'new', ...factors }))
      expect(await stores.users.find('new')).toMatchObject(factors)
      await stores.users.insert(aUser())
      expect(await stores.users.find('id-of-alice')).toMatchObject({ totp: null, recoveryCodes: [], passkeys: [] })
      expect(await stores.users.update('id-of-alice', factors)).toMatchObject(factors)
      expect(await stores.users.find('id-of-alice')).toMatchObject(factors)
    })

    it('change for one of twenty callers that compare the same list [V6.5.1, V15.4.2]', async () => {
      await stores.users.insert(aUser(factors))
      const [first, ...others] = codes
      expect(first).toBeDefined()
      const takes = Array.from({ length: 20 }, () =>
        stores.users.update('id-of-alice', { recoveryCodes: others }, { recoveryCodes: codes }),
      )
      expect((await Promise.all(takes)).filter((taken) => taken !== null)).toHaveLength(1)
      const { totp, passkeys } = factors
      const stale = { totp: { ...totp, createdAt: 1 } }
      expect(await stores.users.update('id-of-alice', { totp: null }, stale)).toBeNull()
      expect(await stores.users.update('id-of-alice', { totp: null }, { totp })).toMatchObject({ totp: null })
      expect(await stores.users.update('id-of-alice', { passkeys: [] }, { passkeys })).toMatchObject({ passkeys: [] })
    })

    it('reject a passkey’s name that no store can hold', async () => {
      await stores.users.insert(aUser())
      const change = { passkeys: [aPasskey({ name: 'a\0' })] }
      await expect(stores.users.update('id-of-alice', change)).rejects.toMatchObject({ code: 'record_refused' })
      expect(await stores.users.find('id-of-alice')).toMatchObject({ passkeys: [] })
    })
  })
}
