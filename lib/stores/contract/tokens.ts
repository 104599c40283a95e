// What every driver must do with tokens that work once.

import { describe, expect, it } from 'vitest'

import type { Stores, TokenStore } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aToken } from './samples.ts'

export function describeTokenStore(name: string, open: OpenFresh): void {
  describe(`${name}: tokens`, () => {
    let stores: Stores
    let tokens: TokenStore
    openForEachTest(open, (opened) => {
      stores = opened
      tokens = opened.tokens
    })
    const take = (id: string, { purpose = 'reset-password', at = 2_000 } = {}) => tokens.take(id, purpose, at)

    it('gives a token once', async () => {
      await tokens.put(aToken())
      expect(await take('token-1')).toEqual(aToken())
      expect(await take('token-1')).toBeNull()
      expect(await take('missing')).toBeNull()
    })

    it('shows a token as often as it is asked for, under the same conditions', async () => {
      await tokens.put(aToken())
      expect(await tokens.find('token-1', 'reset-password', 4_999)).toEqual(aToken())
      expect(await tokens.find('token-1', 'verify-email', 4_999)).toBeNull()
      expect(await tokens.find('token-1', 'reset-password', 5_000)).toBeNull()
      expect(await take('token-1')).toEqual(aToken())
      expect(await tokens.find('token-1', 'reset-password', 2_000)).toBeNull()
    })

    it('gives a token to one of twenty who ask at once [V6.5.1, V15.4.2]', async () => {
      await tokens.put(aToken())
      const answers = await Promise.all(Array.from({ length: 20 }, () => take('token-1')))
      expect(answers.filter((answer) => answer !== null)).toEqual([aToken()])
    })

    it('removes what one user issued and nothing else', async () => {
      for (const [id, issuedBy] of [
        ['a', 'id-of-bob'],
        ['b', 'id-of-bob'],
        ['c', 'id-of-carol'],
        ['d', null],
      ] as const) {
        await tokens.put(aToken({ id, subject: id, issuedBy }))
      }
      // A token that takes the place of another is issued by whoever issued it, and by nobody else.
      await tokens.put(aToken({ id: 'a2', subject: 'a', issuedBy: 'id-of-carol' }))
      await tokens.put(aToken({ id: 'd2', subject: 'd', issuedBy: 'id-of-bob' }))
      expect(await tokens.deleteIssuedBy('id-of-bob')).toBe(2)
      expect(await tokens.deleteIssuedBy('id-of-bob')).toBe(0)
      const left = await tokens.list('reset-password', 2_000, 10)
      expect(left.map(({ id }) => id).toSorted()).toEqual(['a2', 'c'])
      expect(left.find(({ id }) => id === 'c')).toMatchObject({ issuedBy: 'id-of-carol' })
    })

    it('gives nothing for another purpose, and keeps the token', async () => {
      await tokens.put(aToken())
      expect(await take('token-1', { purpose: 'verify-email' })).toBeNull()
      expect(await take('token-1')).toEqual(aToken())
    })

    it('gives nothing from the moment of expiry on', async () => {
      await tokens.put(aToken({ id: 'a', subject: 'a' }))
      await tokens.put(aToken({ id: 'b', subject: 'b' }))
      expect(await take('a', { at: 4_999 })).not.toBeNull()
      expect(await take('b', { at: 5_000 })).toBeNull()
    })

    it('keeps one live token of a purpose and subject', async () => {
      await tokens.put(aToken())
      await tokens.put(aToken({ id: 'newer', createdAt: 1_500 }))
      await tokens.put(aToken({ id: 'other-purpose', purpose: 'verify-email' }))
      await tokens.put(aToken({ id: 'other-subject', subject: 'id-of-bob' }))
      expect(await take('token-1')).toBeNull()
      expect(await take('newer')).toEqual(aToken({ id: 'newer', createdAt: 1_500 }))
      expect(await take('other-purpose', { purpose: 'verify-email' })).not.toBeNull()
      expect(await take('other-subject')).not.toBeNull()
    })

    it('keeps one of twenty that are put at once for one purpose and subject', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => tokens.put(aToken({ id: `token-${n}` }))))
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => take(`token-${n}`)))
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
    })

    it('replaces a token by one of the same id', async () => {
      await tokens.put(aToken())
      await tokens.put(aToken({ detail: 'newer' }))
      expect(await take('token-1')).toEqual(aToken({ detail: 'newer' }))
    })

    it('throws for the id of a token for something else, and keeps that', async () => {
      await tokens.put(aToken())
      await expect(tokens.put(aToken({ subject: 'id-of-bob' }))).rejects.toThrow()
      expect(await take('token-1')).toEqual(aToken())
    })

    it('removes what expired and counts it', async () => {
      for (const [id, expiresAt] of [
        ['a', 1_999],
        ['b', 2_000],
        ['c', 2_001],
      ] as const) {
        await tokens.put(aToken({ id, subject: id, expiresAt }))
      }
      expect(await tokens.deleteExpired(2_000)).toBe(2)
      expect(await tokens.deleteExpired(2_000)).toBe(0)
      expect(await take('c')).not.toBeNull()
    })

    it('gives nothing that was made in the future by a wrong clock, and removes it', async () => {
      const ahead = { createdAt: 90_000, expiresAt: 99_000 }
      await tokens.put(aToken({ id: 'ahead', subject: 'a', ...ahead }))
      await tokens.put(aToken({ id: 'skewed', subject: 'b', ...ahead, createdAt: 80_000 }))
      expect(await take('ahead', { at: 20_000 })).toBeNull()
      expect(await tokens.find('ahead', 'reset-password', 20_000)).toBeNull()
      expect((await tokens.list('reset-password', 20_000, 9)).map(({ id }) => id)).toEqual(['skewed'])
      expect(await tokens.deleteExpired(20_000)).toBe(1)
      expect(await take('ahead', { at: 95_000 })).toBeNull()
      expect(await take('skewed', { at: 20_000 })).not.toBeNull()
    })

    it('keeps what it was given even when the giver changes it', async () => {
      const given = aToken()
      const putting = tokens.put(given)
      given.detail = 'spoilt'
      await putting
      expect(await take('token-1')).toEqual(aToken())
    })

    it('lists what is live of a purpose, the newest first', async () => {
      const puts = { old: 1_000, new: 3_000, middle: 2_000 }
      for (const [id, createdAt] of Object.entries(puts)) await tokens.put(aToken({ id, subject: id, createdAt }))
      await tokens.put(aToken({ id: 'other', purpose: 'other' }))
      await tokens.put(aToken({ id: 'over', subject: 'over', expiresAt: 4_000 }))
      const ids = async (limit: number) => (await tokens.list('reset-password', 4_000, limit)).map(({ id }) => id)
      expect(await ids(9)).toEqual(['new', 'middle', 'old'])
      expect(await ids(2)).toEqual(['new', 'middle'])
    })

    it('rejects after it was closed', async () => {
      await stores.close()
      const fault = { code: 'store_unavailable' }
      await expect(tokens.put(aToken())).rejects.toMatchObject(fault)
      await expect(take('token-1')).rejects.toMatchObject(fault)
      await expect(tokens.find('token-1', 'reset-password', 1)).rejects.toMatchObject(fault)
      await expect(tokens.deleteExpired(1)).rejects.toMatchObject(fault)
    })
  })
}
