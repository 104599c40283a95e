// The contract of text: every driver accepts and rejects the same.

import { describe, expect, it } from 'vitest'

import type { StoredRecord, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aMail, anEntry, aProfile, aSession, aToken, aUser, recordsOf } from './samples.ts'

/** Text as other systems may send it, which some database or file could not return unchanged. */
const refused = [
  ['a NUL', 'a\0b'],
  ['half of a character', 'a\uD83D'],
  ['a text without end', 'x'.repeat(5_000_000)],
] as const
const refusal = { code: 'record_refused' }

export function describeTexts(name: string, open: OpenFresh): void {
  describe(`${name}: texts`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })

    it.each(refused)('rejects %s in any field and names record and field', async (_what, text) => {
      await stores.users.insert(aUser())
      const profile = aProfile({ bio: text })
      await expect(stores.users.insert(aUser({ username: 'bob', profile }))).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining('the user "id-of-bob" the field profile.bio '),
      })
      await expect(stores.users.update('id-of-alice', { profile })).rejects.toMatchObject(refusal)
      await expect(stores.users.update('id-of-alice', { newEmail: text })).rejects.toMatchObject(refusal)
      const times = { at: 1, reservedUntil: 2 }
      await expect(stores.users.rename('id-of-alice', text, times)).rejects.toMatchObject(refusal)
      await expect(stores.sessions.insert(aSession({ userAgent: text }))).rejects.toMatchObject(refusal)
      await expect(stores.tokens.put(aToken({ subject: text }))).rejects.toMatchObject(refusal)
      await expect(stores.mails.add(aMail({ sealed: text }))).rejects.toMatchObject(refusal)
      await expect(stores.audit.append(anEntry({ detail: text }))).rejects.toMatchObject(refusal)
      const records: StoredRecord[] = [{ kind: 'user', record: aUser({ profile }) }]
      await expect(stores.replaceAll(recordsOf(records))).rejects.toMatchObject(refusal)
      expect(await Array.fromAsync(stores.dump())).toEqual([{ kind: 'user', record: aUser() }])
    })

    it('finds no user by an impossible username', async () => {
      await stores.users.insert(aUser({ username: 'a\uFFFD', id: 'a\uFFFD' }))
      for (const text of ['a\0', 'a\uD83D']) {
        expect(await stores.users.find(text)).toBeNull()
        expect(await stores.users.findByUsername(text)).toBeNull()
      }
    })

    it('accepts every valid character', async () => {
      const profile = { fullName: '😀\uFFFD\u202E', bio: '\u0001\uFFFF\n', age: null }
      await stores.users.insert(aUser({ profile }))
      expect(await stores.users.find('id-of-alice')).toEqual(aUser({ profile }))
    })
  })
}
