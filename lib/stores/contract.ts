// What every driver must do, one plain function a store. A driver's test calls them and adds its own cases.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { LiveBounds, SessionRecord, SessionStore, Stores, UserRecord, UserStore } from './types.ts'

/** Opens fresh, empty stores for one test, which closes them; what they leave behind is the caller's to remove. */
export type OpenFresh = () => Promise<Stores>

/** Keys that mean something to JavaScript, JSON or SQL, and must be names like any other. */
const trickyKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '0', "'; --", '%', '_', ' ']

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

export function aUser(overrides: Partial<UserRecord> = {}): UserRecord {
  const username = overrides.username ?? 'alice'
  return {
    id: `id-of-${username}`,
    username,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    email: null,
    emailVerifiedAt: null,
    role: 'member',
    status: 'active',
    profile: { fullName: 'Alice Liddell', bio: 'Curiouser and curiouser.', age: 19 },
    createdAt: 1_000,
    ...overrides,
  }
}

export function aSession(overrides: Partial<SessionRecord> = {}): SessionRecord {
  return { id: 'session-1', userId: 'id-of-alice', createdAt: 1_000, lastActivityAt: 2_000, ...overrides }
}

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

    it('hands out copies and keeps a copy', async () => {
      const given = aUser()
      await users.insert(given)
      const change = { profile: { fullName: 'Changed', bio: '', age: 1 } }
      const answers = [given, await users.find(given.id), await users.findByUsername('alice')]
      answers.push(await users.update(given.id, change))
      for (const answer of answers) Object.assign(answer?.profile ?? {}, { fullName: 'spoilt', age: 99 })
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
      await expect(stores.checkReady()).rejects.toMatchObject(fault)
    })
  })
}

export function describeSessionStore(name: string, open: OpenFresh): void {
  describe(`${name}: sessions`, () => {
    let stores: Stores
    let sessions: SessionStore
    openForEachTest(open, (opened) => {
      stores = opened
      sessions = opened.sessions
    })

    const always: LiveBounds = { activeAfter: 0, createdAfter: 0, latest: 1_000_000 }

    it('gives an inserted session back', async () => {
      await sessions.insert(aSession())
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.find('session-2')).toBeNull()
    })

    it('throws for an id that exists and leaves its session as it was', async () => {
      await sessions.insert(aSession())
      await expect(sessions.insert(aSession({ userId: 'somebody-else' }))).rejects.toThrow()
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.listByUser('somebody-else')).toEqual([])
    })

    it('raises the time of a live session that is touched', async () => {
      await sessions.insert(aSession())
      expect(await sessions.touch('session-1', 2_500, always)).toEqual(aSession({ lastActivityAt: 2_500 }))
      expect(await sessions.find('session-1')).toEqual(aSession({ lastActivityAt: 2_500 }))
    })

    it('never lowers the time of a session', async () => {
      await sessions.insert(aSession())
      expect(await sessions.touch('session-1', 1_500, always)).toEqual(aSession())
      const times = Array.from({ length: 20 }, (_, n) => 3_000 + ((n * 7) % 20))
      await Promise.all(times.map((at) => sessions.touch('session-1', at, always)))
      expect(await sessions.find('session-1')).toEqual(aSession({ lastActivityAt: 3_019 }))
    })

    it('touches only what lies strictly within the bounds', async () => {
      await sessions.insert(aSession({ createdAt: 1_000, lastActivityAt: 2_000 }))
      const within = { activeAfter: 1_999, createdAfter: 999, latest: 2_000 }
      for (const beyond of [{ activeAfter: 2_000 }, { createdAfter: 1_000 }, { latest: 1_999 }]) {
        expect(await sessions.touch('session-1', 9_000, { ...within, ...beyond })).toBeNull()
      }
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.touch('session-1', 9_000, within)).toEqual(aSession({ lastActivityAt: 9_000 }))
    })

    it('does not believe a session that began later than now', async () => {
      await sessions.insert(aSession({ createdAt: 5_000, lastActivityAt: 2_000 }))
      expect(await sessions.touch('session-1', 9_000, { ...always, latest: 4_999 })).toBeNull()
      expect(await sessions.touch('session-1', 9_000, { ...always, latest: 5_000 })).not.toBeNull()
    })

    it('never makes a session by touching', async () => {
      expect(await sessions.touch('session-1', 3_000, always)).toBeNull()
      expect(await sessions.find('session-1')).toBeNull()
      expect(await sessions.listByUser('id-of-alice')).toEqual([])
    })

    it('ends sessions, remembers why, and counts only those it ended', async () => {
      for (const id of ['a', 'b', 'c']) await sessions.insert(aSession({ id }))
      expect(await sessions.end(['a', 'b', 'a', 'missing'], 'signed-out', 3_000)).toBe(2)
      expect(await sessions.find('a')).toBeNull()
      expect(await sessions.find('c')).not.toBeNull()
      expect(await sessions.findEndReason('a')).toBe('signed-out')
      expect(await sessions.findEndReason('c')).toBeNull()
      expect(await sessions.findEndReason('missing')).toBeNull()
      expect(await sessions.listByUser('id-of-alice')).toEqual([aSession({ id: 'c' })])
    })

    it('has nothing against ending nothing', async () => {
      expect(await sessions.end([], 'ended', 1)).toBe(0)
      expect(await sessions.end(['missing'], 'ended', 1)).toBe(0)
    })

    it('keeps the first reason', async () => {
      await sessions.insert(aSession())
      await sessions.end(['session-1'], 'password-changed', 3_000)
      expect(await sessions.end(['session-1'], 'idle', 4_000)).toBe(0)
      expect(await sessions.findEndReason('session-1')).toBe('password-changed')
    })

    it('lets one of twenty end a session', async () => {
      await sessions.insert(aSession())
      const attempts = Array.from({ length: 20 }, () => sessions.end(['session-1'], 'ended', 3_000))
      const counts = await Promise.all(attempts)
      expect(counts.reduce((sum, count) => sum + count)).toBe(1)
    })

    it('stays ended while touches run against the end', async () => {
      for (let round = 0; round < 20; round++) {
        const id = `session-${round}`
        await sessions.insert(aSession({ id }))
        const touches = Array.from({ length: 5 }, (_, n) => sessions.touch(id, 3_000 + n, always))
        const ending = sessions.end([id], 'signed-out', 4_000)
        const more = Array.from({ length: 5 }, (_, n) => sessions.touch(id, 5_000 + n, always))
        await Promise.all([...touches, ending, ...more])
        expect(await sessions.find(id)).toBeNull()
        expect(await sessions.touch(id, 6_000, always)).toBeNull()
      }
    })

    it('lists the sessions of one person', async () => {
      await sessions.insert(aSession({ id: 'a' }))
      await sessions.insert(aSession({ id: 'b', lastActivityAt: 1 }))
      await sessions.insert(aSession({ id: 'c', userId: 'id-of-bob' }))
      const listed = await sessions.listByUser('id-of-alice')
      expect(listed.toSorted(byId)).toEqual([aSession({ id: 'a' }), aSession({ id: 'b', lastActivityAt: 1 })])
      expect(await sessions.listByUser('nobody')).toEqual([])
    })

    it('lists those that are not live, up to the limit', async () => {
      const bounds = { activeAfter: 1_000, createdAfter: 500, latest: 5_000 }
      await sessions.insert(aSession({ id: 'live', createdAt: 501, lastActivityAt: 1_001 }))
      await sessions.insert(aSession({ id: 'idle', createdAt: 501, lastActivityAt: 1_000 }))
      await sessions.insert(aSession({ id: 'old', createdAt: 500, lastActivityAt: 1_001 }))
      await sessions.insert(aSession({ id: 'future', createdAt: 501, lastActivityAt: 5_001 }))
      const dead = await sessions.listDead(bounds, 10)
      expect(dead.map(({ id }) => id).toSorted()).toEqual(['future', 'idle', 'old'])
      expect(dead.find(({ id }) => id === 'idle')).toEqual(
        aSession({ id: 'idle', createdAt: 501, lastActivityAt: 1_000 }),
      )
      expect(await sessions.listDead(bounds, 2)).toHaveLength(2)
      expect(await sessions.listDead(bounds, 0)).toEqual([])
    })

    it('forgets the reasons of sessions that ended before a time', async () => {
      for (const [id, at] of [
        ['a', 999],
        ['b', 1_000],
      ] as const) {
        await sessions.insert(aSession({ id }))
        await sessions.end([id], 'idle', at)
      }
      await sessions.forgetEnded(1_000)
      expect(await sessions.findEndReason('a')).toBeNull()
      expect(await sessions.findEndReason('b')).toBe('idle')
    })

    it('hands out copies and keeps a copy', async () => {
      const given = aSession()
      await sessions.insert(given)
      const answers = [given, await sessions.find('session-1'), await sessions.touch('session-1', 2_000, always)]
      answers.push(
        ...(await sessions.listByUser('id-of-alice')),
        ...(await sessions.listDead({ ...always, latest: 1 }, 9)),
      )
      expect(answers).toHaveLength(5)
      for (const answer of answers) Object.assign(answer ?? {}, { lastActivityAt: 9_999, userId: 'spoilt' })
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.listByUser('id-of-alice')).toEqual([aSession()])
    })

    it('takes ids that mean something to the language as ids', async () => {
      for (const id of trickyKeys) {
        expect(await sessions.find(id)).toBeNull()
        expect(await sessions.findEndReason(id)).toBeNull()
        expect(await sessions.listByUser(id)).toEqual([])
      }
      for (const id of trickyKeys) await sessions.insert(aSession({ id, userId: id }))
      for (const id of trickyKeys) {
        expect(await sessions.listByUser(id)).toEqual([aSession({ id, userId: id })])
        expect(await sessions.touch(id, 3_000, always)).toEqual(aSession({ id, userId: id, lastActivityAt: 3_000 }))
        expect(await sessions.end([id], 'ended', 4_000)).toBe(1)
        expect(await sessions.findEndReason(id)).toBe('ended')
      }
    })

    it('rejects after it was closed', async () => {
      await stores.close()
      const fault = { code: 'store_unavailable' }
      await expect(sessions.insert(aSession())).rejects.toMatchObject(fault)
      await expect(sessions.find('session-1')).rejects.toMatchObject(fault)
      await expect(sessions.touch('session-1', 1, always)).rejects.toMatchObject(fault)
      await expect(sessions.end(['session-1'], 'ended', 1)).rejects.toMatchObject(fault)
      await expect(sessions.findEndReason('session-1')).rejects.toMatchObject(fault)
      await expect(sessions.listByUser('id-of-alice')).rejects.toMatchObject(fault)
      await expect(sessions.listDead(always, 1)).rejects.toMatchObject(fault)
      await expect(sessions.forgetEnded(1)).rejects.toMatchObject(fault)
    })
  })
}

function openForEachTest(open: OpenFresh, use: (stores: Stores) => void): void {
  let stores: Stores
  beforeEach(async () => {
    stores = await open()
    use(stores)
  })
  afterEach(() => stores.close())
}

function byId(a: SessionRecord, b: SessionRecord): number {
  return a.id < b.id ? -1 : 1
}
