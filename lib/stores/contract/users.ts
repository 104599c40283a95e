// What every driver must do with people.

import { describe, expect, it } from 'vitest'

import type { Stores, UserRecord, UserStore } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aUser, trickyKeys } from './samples.ts'

const everyKindOfText = [
  'Zoë Ünïcode',
  'e\u0301 and é stay different',
  '山田太郎 и Ωмега',
  'שלום مرحبا',
  '👩‍👩‍👧‍👦 𝒳 \u{10FFFF}',
  'line one\nline two\r\n\ttab',
  'quotes " \' ` and \\ and </script> and $1 and %s',
  '\u2028\u2029\u200b\ufeff\u00ad\u007f\uffff',
  ' space at both ends ',
  '',
]

export function describeUserStore(name: string, open: OpenFresh): void {
  describe(`${name}: users`, () => {
    let stores: Stores
    let users: UserStore
    openForEachTest(open, (opened) => {
      stores = opened
      users = opened.users
    })

    it('gives an inserted user back, by id and by username', async () => {
      const alice = aUser({ email: 'alice@example.org', emailVerifiedAt: 5, role: 'admin', status: 'suspended' })
      expect(await users.insert(alice)).toBe('inserted')
      expect(await users.find(alice.id)).toEqual(alice)
      expect(await users.findByUsername('alice')).toEqual(alice)
    })

    it('answers null for somebody who is not there', async () => {
      await users.insert(aUser())
      expect(await users.find('nobody')).toBeNull()
      expect(await users.findByUsername('nobody')).toBeNull()
      expect(await users.findByUsername('id-of-alice')).toBeNull()
      expect(await users.update('nobody', { email: 'a@example.org' })).toBeNull()
      expect(await users.find('nobody')).toBeNull()
    })

    it('refuses a username that is taken and leaves its owner as they were', async () => {
      await users.insert(aUser())
      expect(await users.insert(aUser({ id: 'another', passwordHash: 'x' }))).toBe('username_taken')
      expect(await users.findByUsername('alice')).toEqual(aUser())
      expect(await users.find('another')).toBeNull()
    })

    it('throws for an id that exists', async () => {
      await users.insert(aUser())
      await expect(users.insert(aUser({ id: 'id-of-alice', username: 'bob' }))).rejects.toThrow()
      expect(await users.find('id-of-alice')).toEqual(aUser())
      expect(await users.findByUsername('bob')).toBeNull()
    })

    it('gives a name to one of fifty who ask for it at once', async () => {
      const inserts = Array.from({ length: 50 }, (_, n) => users.insert(aUser({ id: `rival-${n}` })))
      const outcomes = await Promise.all(inserts)
      expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1)
      expect((await users.findByUsername('alice'))?.id).toBe(`rival-${outcomes.indexOf('inserted')}`)
    })

    it('keeps fifty different people who come at once', async () => {
      const people = Array.from({ length: 50 }, (_, n) => aUser({ username: `user-${n}` }))
      await Promise.all(people.map((user) => users.insert(user)))
      expect(await Promise.all(people.map(({ id }) => users.find(id)))).toEqual(people)
    })

    it('changes the named fields and no others', async () => {
      await users.insert(aUser())
      const changed = await users.update('id-of-alice', { email: 'a@example.org', role: 'admin' })
      expect(changed).toEqual(aUser({ email: 'a@example.org', role: 'admin' }))
      expect(await users.find('id-of-alice')).toEqual(changed)
      expect(await users.findByUsername('alice')).toEqual(changed)
      expect(await users.update('id-of-alice', { email: null })).toEqual(aUser({ role: 'admin' }))
    })

    it('changes every field that may change', async () => {
      await users.insert(aUser())
      const change = {
        passwordHash: 'another',
        email: 'a@example.org',
        emailVerifiedAt: 9,
        role: 'guest',
        status: 'suspended',
        profile: { fullName: '', bio: '', age: null },
      } as const
      expect(await users.update('id-of-alice', change)).toEqual(aUser(change))
      expect(await users.find('id-of-alice')).toEqual(aUser(change))
    })

    it('compares before it sets', async () => {
      const alice = aUser()
      await users.insert(alice)
      expect(await users.update(alice.id, { passwordHash: 'new' }, { passwordHash: 'other' })).toBeNull()
      expect(await users.find(alice.id)).toEqual(alice)
      const all = {
        email: null,
        status: 'active',
        profile: { age: 19, bio: alice.profile.bio, fullName: 'Alice Liddell' },
      } as const
      expect(await users.update(alice.id, { passwordHash: 'new' }, all)).toEqual(aUser({ passwordHash: 'new' }))
      expect(await users.update(alice.id, { role: 'admin' }, { ...all, email: 'a@example.org' })).toBeNull()
      const olderProfile = { ...alice.profile, age: 20 }
      expect(await users.update(alice.id, { role: 'admin' }, { ...all, profile: olderProfile })).toBeNull()
    })

    it('loses nothing of twenty updates of different fields at once', async () => {
      await users.insert(aUser())
      const changes = [
        { passwordHash: 'new' },
        { email: 'a@example.org' },
        { emailVerifiedAt: 7 },
        { role: 'admin' },
        { profile: { fullName: 'A', bio: 'B', age: 1 } },
      ] as const
      await Promise.all(Array.from({ length: 20 }, (_, n) => users.update('id-of-alice', changes[n % 5] ?? {})))
      expect(await users.find('id-of-alice')).toEqual(aUser(Object.assign({}, ...changes)))
    })

    it('lets one of twenty win who compare with the same value at once', async () => {
      await users.insert(aUser({ passwordHash: 'old' }))
      const attempts = Array.from({ length: 20 }, (_, n) =>
        users.update('id-of-alice', { passwordHash: `new-${n}` }, { passwordHash: 'old' }),
      )
      const winners = (await Promise.all(attempts)).filter((answer) => answer !== null)
      expect(winners).toHaveLength(1)
      expect(await users.find('id-of-alice')).toEqual(winners[0])
    })

    describe('never below one admin', () => {
      const admin = (username: string) => aUser({ username, role: 'admin' })

      it('keeps the only active admin as one, whatever else changes', async () => {
        await users.insert(admin('alice'))
        await users.insert(aUser({ username: 'bob', role: 'admin', status: 'suspended' }))
        for (const change of [{ role: 'member' }, { status: 'suspended' }, { role: 'guest', email: 'x' }] as const) {
          expect(await users.update('id-of-alice', change)).toBe('last_admin')
        }
        expect(await users.find('id-of-alice')).toEqual(admin('alice'))
        expect(await users.update('id-of-alice', { email: 'a@example.org', role: 'admin' })).toMatchObject({
          email: 'a@example.org',
        })
      })

      it('lets one of two go, and a suspended one at any time', async () => {
        for (const name of ['alice', 'bob']) await users.insert(admin(name))
        await users.insert(aUser({ username: 'carol', role: 'admin', status: 'suspended' }))
        expect(await users.update('id-of-alice', { role: 'member' })).toMatchObject({ role: 'member' })
        expect(await users.update('id-of-bob', { status: 'suspended' })).toBe('last_admin')
        expect(await users.update('id-of-carol', { role: 'member' })).toMatchObject({ role: 'member' })
      })

      it('says nothing of admins when the comparison fails', async () => {
        await users.insert(admin('alice'))
        expect(await users.update('id-of-alice', { role: 'member' }, { role: 'guest' })).toBeNull()
      })

      it('keeps one of ten admins who are all demoted at once', async () => {
        const names = Array.from({ length: 10 }, (_, n) => `admin-${n}`)
        for (const name of names) await users.insert(admin(name))
        const outcomes = await Promise.all(names.map((name) => users.update(`id-of-${name}`, { role: 'member' })))
        expect(outcomes.filter((outcome) => outcome === 'last_admin')).toHaveLength(1)
        const left = await Promise.all(names.map((name) => users.find(`id-of-${name}`)))
        expect(left.filter((user) => user?.role === 'admin')).toHaveLength(1)
      })
    })

    describe('list', () => {
      const everybody = { search: '', after: '', limit: 100 }
      const named = (username: string, fullName = '', email: string | null = null) =>
        aUser({ username, email, profile: { fullName, bio: 'a bio is not searched', age: null } })
      const names = async (query: Partial<typeof everybody>) =>
        (await users.list({ ...everybody, ...query })).map(({ username }) => username)

      it('gives people in the order of their usernames, page by page', async () => {
        for (const name of ['d', 'b.2', 'b-1', 'a', 'b_3', 'c']) await users.insert(named(name))
        expect(await names({})).toEqual(['a', 'b-1', 'b.2', 'b_3', 'c', 'd'])
        expect(await names({ limit: 2 })).toEqual(['a', 'b-1'])
        expect(await names({ after: 'b-1', limit: 2 })).toEqual(['b.2', 'b_3'])
        expect(await names({ after: 'b', limit: 1 })).toEqual(['b-1'])
        expect(await names({ after: 'd' })).toEqual([])
        expect(await names({ limit: 0 })).toEqual([])
        expect(await users.list({ ...everybody, limit: 1 })).toEqual([named('a')])
      })

      it('finds part of a username, a full name or an address, without regard to case', async () => {
        await users.insert(named('alice', 'Zoë Ünïcode', 'Alice.L@Example.org'))
        await users.insert(named('bob', 'ΣΊΣΥΦΟΣ 100%', null))
        expect(await names({ search: 'LIC' })).toEqual(['alice'])
        expect(await names({ search: 'zoe\u0308 ün' })).toEqual(['alice'])
        expect(await names({ search: 'ÜNÏ' })).toEqual(['alice'])
        expect(await names({ search: 'l@example' })).toEqual(['alice'])
        expect(await names({ search: 'σίσυ' })).toEqual(['bob'])
        expect(await names({ search: 'bio' })).toEqual([])
        expect(await names({ search: 'b', after: 'alice' })).toEqual(['bob'])
      })

      it('takes signs of pattern languages as themselves', async () => {
        await users.insert(named('alice', '100% of_it'))
        await users.insert(named('bob', "back\\slash 'quoted'"))
        for (const found of ['100%', 'of_it', '0% o']) expect(await names({ search: found })).toEqual(['alice'])
        for (const found of ['\\', "'quoted'", 'k\\s']) expect(await names({ search: found })).toEqual(['bob'])
        for (const nobody of ['%', 'f%i', '1__', '.*', '*', '[a-z]']) {
          expect(await names({ search: nobody })).toEqual(nobody === '%' ? ['alice'] : [])
        }
      })

      it('sees what was changed', async () => {
        await users.insert(named('alice', 'Before'))
        await users.update('id-of-alice', { email: 'new@example.org', profile: { fullName: 'After', bio: '', age: 1 } })
        expect(await names({ search: 'before' })).toEqual([])
        expect(await names({ search: 'after' })).toEqual(['alice'])
        expect(await names({ search: 'new@' })).toEqual(['alice'])
      })

      it('hands out copies', async () => {
        await users.insert(aUser())
        const [listed] = await users.list(everybody)
        Object.assign(listed?.profile ?? {}, { fullName: 'spoilt' })
        expect(await users.list(everybody)).toEqual([aUser()])
      })
    })

    it('hands out copies and keeps a copy', async () => {
      const given = aUser()
      await users.insert(given)
      const change = { profile: { fullName: 'Changed', bio: '', age: 1 } }
      const answers: (UserRecord | 'last_admin' | null)[] = [given]
      answers.push(await users.find(given.id), await users.findByUsername('alice'))
      answers.push(await users.update(given.id, change))
      for (const answer of answers) {
        if (typeof answer === 'object') Object.assign(answer?.profile ?? {}, { fullName: 'spoilt', age: 99 })
      }
      for (const answer of answers) Object.assign(answer ?? {}, { role: 'admin', username: 'spoilt' })
      change.profile.bio = 'spoilt'
      const expected = aUser({ profile: { fullName: 'Changed', bio: '', age: 1 } })
      expect(await users.find(given.id)).toEqual(expected)
      expect(await users.findByUsername('alice')).toEqual(expected)
    })

    it('keeps what it was given even when the giver changes it at once', async () => {
      const given = aUser()
      const inserting = users.insert(given)
      given.username = 'spoilt'
      given.profile.bio = 'spoilt'
      await inserting
      const change = { profile: { fullName: 'A', bio: 'B', age: 1 } }
      const updating = users.update(aUser().id, change)
      change.profile.bio = 'spoilt'
      await updating
      expect(await users.findByUsername('alice')).toEqual(aUser({ profile: { fullName: 'A', bio: 'B', age: 1 } }))
    })

    it('takes names that mean something to the language as names', async () => {
      for (const key of trickyKeys) {
        expect(await users.find(key)).toBeNull()
        expect(await users.findByUsername(key)).toBeNull()
      }
      const people = trickyKeys.map((key) => aUser({ id: key, username: key }))
      for (const user of people) expect(await users.insert(user)).toBe('inserted')
      for (const user of people) {
        expect(await users.find(user.id)).toEqual(user)
        expect(await users.findByUsername(user.username)).toEqual(user)
        expect(await users.update(user.id, { role: 'guest' })).toEqual({ ...user, role: 'guest' })
      }
    })

    it('keeps every kind of text as it is', async () => {
      for (const [n, text] of everyKindOfText.entries()) {
        const user = aUser({ username: `user-${n}`, email: text, profile: { fullName: text, bio: text, age: null } })
        await users.insert(user)
        expect(await users.find(user.id)).toEqual(user)
      }
      const long = aUser({ username: 'long', profile: { fullName: 'x', bio: 'ü'.repeat(100_000), age: 150 } })
      await users.insert(long)
      expect(await users.find(long.id)).toEqual(long)
    })

    it('rejects after it was closed', async () => {
      await stores.close()
      const fault = { code: 'store_unavailable' }
      await expect(users.insert(aUser())).rejects.toMatchObject(fault)
      await expect(users.find('id-of-alice')).rejects.toMatchObject(fault)
      await expect(users.findByUsername('alice')).rejects.toMatchObject(fault)
      await expect(users.update('id-of-alice', { email: null })).rejects.toMatchObject(fault)
      await expect(users.list({ search: '', after: '', limit: 1 })).rejects.toMatchObject(fault)
      await expect(stores.checkReady()).rejects.toMatchObject(fault)
    })
  })
}
