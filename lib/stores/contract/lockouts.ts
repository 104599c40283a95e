// The contract of lockouts.

import { describe, expect, it } from 'vitest'

import type { LockoutStore, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aLockout, aUser } from './samples.ts'

export function describeLockoutStore(name: string, open: OpenFresh): void {
  describe(`${name}: lockouts`, () => {
    let stores: Stores
    let lockouts: LockoutStore
    openForEachTest(open, (opened) => {
      stores = opened
      lockouts = opened.lockouts
    })

    const password = aLockout()
    const known = aLockout({ about: 'password-known' })

    it('counts each of thirty concurrent failures [V2.3.4, V15.4.1]', async () => {
      const counts = await Promise.all(Array.from({ length: 30 }, (_, n) => lockouts.count(password, 1_000 + n)))
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
      expect(await lockouts.find(password)).toMatchObject({ count: 30 })
    })

    it('counts users and their secrets separately', async () => {
      await lockouts.count(password, 1_000)
      await lockouts.count(password, 2_000)
      await lockouts.count(known, 3_000)
      await lockouts.count(aLockout({ userId: 'id-of-bob' }), 4_000)
      expect(await lockouts.find(password)).toEqual({ ...password, count: 2, lastAt: 2_000 })
      const found = await lockouts.listByUser('id-of-alice')
      expect(found.map(({ count, lastAt }) => [count, lastAt]).toSorted()).toEqual([
        [1, 3_000],
        [2, 2_000],
      ])
      expect(await lockouts.listByUser('nobody')).toEqual([])
    })

    it('starts at zero for a new secret and ignores late failures of the old one', async () => {
      const changed = aLockout({ secretSetAt: 5_000 })
      for (const at of [1_000, 2_000]) await lockouts.count(password, at)
      expect(await lockouts.find(changed)).toBeNull()
      expect(await lockouts.count(changed, 6_000)).toBe(1)
      expect(await lockouts.count(password, 7_000)).toBe(0)
      expect(await lockouts.find(password)).toBeNull()
      expect(await lockouts.find(changed)).toEqual({ ...changed, lastAt: 6_000 })
    })

    it('resets one secret, or all of a user', async () => {
      for (const one of [password, known]) await lockouts.count(one, 1_000)
      await lockouts.forget(aLockout({ secretSetAt: 5_000 }))
      expect(await lockouts.find(password)).not.toBeNull()
      await lockouts.forget(password)
      expect(await lockouts.find(password)).toBeNull()
      expect(await lockouts.find(known)).not.toBeNull()
      await lockouts.count(password, 1_000)
      await lockouts.forgetUser('id-of-alice')
      expect(await lockouts.listByUser('id-of-alice')).toEqual([])
      expect(await lockouts.count(password, 2_000)).toBe(1)
    })

    it('removes only the records of unknown users', async () => {
      await stores.users.insert(aUser())
      for (const userId of ['id-of-alice', 'id-of-bob', 'nobody']) await lockouts.count(aLockout({ userId }), 1_000)
      await lockouts.removeOrphans()
      expect(await lockouts.listByUser('id-of-bob')).toEqual([])
      expect(await lockouts.listByUser('id-of-alice')).toEqual([aLockout()])
    })
  })
}
