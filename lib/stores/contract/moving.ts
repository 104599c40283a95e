// The contract of dumps and replacements.

import { describe, expect, it } from 'vitest'

import type { StoredRecord, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aLockout, aMail, aPicture, aSession, aToken, aUser, recordsOf } from './samples.ts'

export function describeMoving(name: string, open: OpenFresh): void {
  describe(`${name}: moving`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })

    const alice = aUser({ email: 'alice@example.org', emailVerifiedAt: 5 })
    const bob = aUser({
      username: 'bob',
      role: 'admin',
      status: 'suspended',
      profile: { fullName: '', bio: '', age: null },
    })
    const everything: StoredRecord[] = [
      { kind: 'user', record: alice },
      { kind: 'user', record: bob },
      { kind: 'session', record: aSession() },
      { kind: 'session', record: aSession({ id: 'session-2', userId: 'id-of-bob' }) },
      { kind: 'ended', record: { id: 'session-3', reason: 'password-changed', at: 3_000 } },
      { kind: 'token', record: aToken() },
      { kind: 'reserved', record: { id: 'carol', userId: 'id-of-carol', until: 9_000 } },
      { kind: 'mail', record: aMail() },
      { kind: 'lockout', record: aLockout() },
      { kind: 'picture', record: aPicture() },
    ]

    async function fill(): Promise<void> {
      for (const user of [alice, bob]) await stores.users.insert(user)
      for (const id of ['session-1', 'session-3']) await stores.sessions.insert(aSession({ id }))
      await stores.sessions.insert(aSession({ id: 'session-2', userId: 'id-of-bob' }))
      await stores.sessions.end(['session-3'], 'password-changed', 3_000)
      await stores.tokens.put(aToken())
      await stores.users.insert(aUser({ username: 'carol' }))
      await stores.users.remove('id-of-carol', 9_000)
      await stores.mails.add(aMail())
      await stores.lockouts.count(aLockout(), 1_000)
      await stores.collections.picture.put(aPicture())
    }

    const dumped = async () => (await Array.fromAsync(stores.dump())).toSorted(byKindAndId)

    it('dumps everything, users first', async () => {
      await fill()
      expect(await dumped()).toEqual(everything)
      const kinds = (await Array.fromAsync(stores.dump())).map(({ kind }) => kind)
      expect(kinds.lastIndexOf('user')).toBeLessThan(kinds.findIndex((kind) => kind !== 'user'))
    })

    it('dumps nothing from an empty store', async () => {
      expect(await dumped()).toEqual([])
    })

    it('dumps thousands of records, each once', async () => {
      const people = Array.from({ length: 2_500 }, (_, n) => aUser({ username: `user-${n}` }))
      await stores.replaceAll(recordsOf(people.map((record) => ({ kind: 'user', record }))))
      const found = await Array.fromAsync(stores.dump())
      expect(found.map(({ record }) => record.id).toSorted()).toEqual(people.map(({ id }) => id).toSorted())
    })

    it('returns copies', async () => {
      await fill()
      for (const { record } of await Array.fromAsync(stores.dump())) Object.assign(record, { id: 'spoilt' })
      expect(await dumped()).toEqual(everything)
    })

    it('has the new content after a replacement and keeps working', async () => {
      await stores.replaceAll(recordsOf(everything))
      expect(await dumped()).toEqual(everything)
      expect(await stores.users.findByUsername('alice')).toEqual(alice)
      expect(await stores.users.insert(aUser({ id: 'another' }))).toBe('username_taken')
      expect(await stores.users.insert(aUser({ username: 'carol', id: 'another' }))).toBe('username_taken')
      expect(await stores.mails.claim(1_000, 2_000, 5)).toHaveLength(1)
      expect(await stores.sessions.listByUser('id-of-alice')).toEqual([aSession()])
      expect(await stores.sessions.findEndReason('session-3')).toBe('password-changed')
      await expect(stores.sessions.insert(aSession({ id: 'session-3' }))).rejects.toThrow()
      expect(await stores.sessions.end(['session-1'], 'ended', 4_000)).toBe(1)
      expect(await stores.tokens.take('token-1', 'reset-password', 2_000)).toEqual(aToken())
      expect(await stores.users.changeEmail(alice.id, { email: null })).toEqual({ ...alice, email: null })
    })

    it('has nothing else afterwards', async () => {
      await fill()
      const carol = aUser({ username: 'carol' })
      await stores.replaceAll(recordsOf([{ kind: 'user', record: carol }]))
      expect(await dumped()).toEqual([{ kind: 'user', record: carol }])
      expect(await stores.users.findByUsername('alice')).toBeNull()
      expect(await stores.users.insert(aUser())).toBe('inserted')
      expect(await stores.sessions.find('session-1')).toBeNull()
      expect(await stores.sessions.findEndReason('session-3')).toBeNull()
      expect(await stores.tokens.take('token-1', 'reset-password', 2_000)).toBeNull()
    })

    it('keeps its content when the source fails half-way', async () => {
      await fill()
      async function* failing(): AsyncGenerator<StoredRecord> {
        yield { kind: 'user', record: aUser({ username: 'carol' }) }
        throw new Error('the source is gone')
      }
      await expect(stores.replaceAll(failing())).rejects.toThrow('the source is gone')
      expect(await dumped()).toEqual(everything)
      expect(await stores.users.insert(aUser({ username: 'dora' }))).toBe('inserted')
    })

    it('rejects two users with the same username and keeps its content', async () => {
      await fill()
      const twins = [alice, { ...alice, id: 'twin' }].map((record): StoredRecord => ({ kind: 'user', record }))
      await expect(stores.replaceAll(recordsOf(twins))).rejects.toThrow()
      expect(await dumped()).toEqual(everything)
    })
  })
}

const kinds = ['user', 'session', 'ended', 'token', 'reserved', 'mail', 'lockout', 'picture']

function byKindAndId(a: StoredRecord, b: StoredRecord): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.record.id < b.record.id ? -1 : 1)
}
