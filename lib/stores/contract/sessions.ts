// The contract of sessions.

import { beforeEach, describe, expect, it } from 'vitest'

import type { SessionRecord, SessionStore, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { always, aSession, aUser, trickyKeys } from './samples.ts'

export function describeSessionStore(name: string, open: OpenFresh): void {
  describe(`${name}: sessions`, () => {
    let stores: Stores
    let sessions: SessionStore
    openForEachTest(open, (opened) => {
      stores = opened
      sessions = opened.sessions
    })
    beforeEach(async () => {
      for (const username of ['alice', 'bob']) await stores.users.insert(aUser({ username }))
    })

    it('returns an inserted session', async () => {
      await sessions.insert(aSession())
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.find('session-2')).toBeNull()
    })

    it('throws for an existing id and leaves its session unchanged', async () => {
      await sessions.insert(aSession())
      await expect(sessions.insert(aSession({ userId: 'id-of-bob' }))).rejects.toThrow()
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.listByUser('id-of-bob')).toEqual([])
    })

    it('throws for the id of an ended session', async () => {
      await sessions.insert(aSession())
      await sessions.end(['session-1'], 'signed-out', 3_000)
      await expect(sessions.insert(aSession())).rejects.toThrow()
      expect(await sessions.find('session-1')).toBeNull()
      expect(await sessions.findEndReason('session-1')).toBe('signed-out')
    })

    it('throws for an unknown user', async () => {
      await expect(sessions.insert(aSession({ userId: 'nobody' }))).rejects.toThrow()
      expect(await sessions.find('session-1')).toBeNull()
      expect(await sessions.listByUser('nobody')).toEqual([])
    })

    it('raises the time of a live session on touch', async () => {
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

    it('may keep a recent time on touch, but never an older one', async () => {
      await sessions.insert(aSession())
      const merged = await sessions.touch('session-1', 6_999, { ...always, recentAfter: 1_999 })
      expect([2_000, 6_999]).toContain(merged?.lastActivityAt)
      expect(await sessions.find('session-1')).toEqual(merged)
      const at = 20_000
      const written = await sessions.touch('session-1', at, { ...always, recentAfter: merged?.lastActivityAt ?? 0 })
      expect(written).toEqual(aSession({ lastActivityAt: at }))
      expect(await sessions.find('session-1')).toEqual(written)
    })

    it('moves all times of a session back if it was not used since', async () => {
      await sessions.insert(aSession({ createdAt: 100_000, lastActivityAt: 200_000, provedAt: 150_000 }))
      const redated = aSession({ createdAt: 10_000, lastActivityAt: 110_000, provedAt: 60_000 })
      expect(await sessions.redate('session-1', 200_000, 90_000)).toEqual(redated)
      expect(await sessions.redate('session-1', 200_000, 90_000)).toBeNull()
      expect(await sessions.redate('never', 200_000, 90_000)).toBeNull()
      expect(await sessions.find('session-1')).toEqual(redated)
      await sessions.end(['session-1'], 'ended', 300_000)
      expect(await sessions.redate('session-1', 110_000, 1)).toBeNull()
    })

    it('does not count a recent session as live when it is not', async () => {
      await sessions.insert(aSession())
      expect(await sessions.touch('session-1', 9_000, { ...always, createdAfter: 1_000, recentAfter: 0 })).toBeNull()
      expect(await sessions.touch('session-1', 9_000, { ...always, latest: 1_999, recentAfter: 0 })).toBeNull()
    })

    it('touches only sessions strictly within the bounds', async () => {
      await sessions.insert(aSession({ createdAt: 1_000, lastActivityAt: 2_000 }))
      const within = { ...always, activeAfter: 1_999, createdAfter: 999, latest: 2_000 }
      for (const beyond of [{ activeAfter: 2_000 }, { createdAfter: 1_000 }, { latest: 1_999 }]) {
        expect(await sessions.touch('session-1', 9_000, { ...within, ...beyond })).toBeNull()
      }
      expect(await sessions.find('session-1')).toEqual(aSession())
      expect(await sessions.touch('session-1', 9_000, within)).toEqual(aSession({ lastActivityAt: 9_000 }))
    })

    it('ignores a session that started in the future', async () => {
      await sessions.insert(aSession({ createdAt: 5_000, lastActivityAt: 2_000 }))
      expect(await sessions.touch('session-1', 9_000, { ...always, latest: 4_999 })).toBeNull()
      expect(await sessions.touch('session-1', 9_000, { ...always, latest: 5_000 })).not.toBeNull()
    })

    it('never creates a session by a touch', async () => {
      expect(await sessions.touch('session-1', 3_000, always)).toBeNull()
      expect(await sessions.find('session-1')).toBeNull()
      expect(await sessions.listByUser('id-of-alice')).toEqual([])
    })

    it('ends sessions, stores the reason and counts only those it ended', async () => {
      for (const id of ['a', 'b', 'c']) await sessions.insert(aSession({ id }))
      expect(await sessions.end(['a', 'b', 'a', 'missing'], 'signed-out', 3_000)).toBe(2)
      expect(await sessions.find('a')).toBeNull()
      expect(await sessions.find('c')).not.toBeNull()
      expect(await sessions.findEndReason('a')).toBe('signed-out')
      expect(await sessions.findEndReason('c')).toBeNull()
      expect(await sessions.findEndReason('missing')).toBeNull()
      expect(await sessions.listByUser('id-of-alice')).toEqual([aSession({ id: 'c' })])
    })

    it('accepts an empty list of sessions to end', async () => {
      expect(await sessions.end([], 'ended', 1)).toBe(0)
      expect(await sessions.end(['missing'], 'ended', 1)).toBe(0)
    })

    it('keeps the first reason', async () => {
      await sessions.insert(aSession())
      await sessions.end(['session-1'], 'password-changed', 3_000)
      expect(await sessions.end(['session-1'], 'idle', 4_000)).toBe(0)
      expect(await sessions.findEndReason('session-1')).toBe('password-changed')
    })

    it('lets one of twenty concurrent callers end a session', async () => {
      await sessions.insert(aSession())
      const attempts = Array.from({ length: 20 }, () => sessions.end(['session-1'], 'ended', 3_000))
      const counts = await Promise.all(attempts)
      expect(counts.reduce((sum, count) => sum + count)).toBe(1)
    })

    it('stays ended while touches race with the end [V15.4.2]', async () => {
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

    it('lists the sessions of one user', async () => {
      await sessions.insert(aSession({ id: 'a' }))
      await sessions.insert(aSession({ id: 'b', lastActivityAt: 1 }))
      await sessions.insert(aSession({ id: 'c', userId: 'id-of-bob' }))
      const listed = await sessions.listByUser('id-of-alice')
      expect(listed.toSorted(byId)).toEqual([aSession({ id: 'a' }), aSession({ id: 'b', lastActivityAt: 1 })])
      expect(await sessions.listByUser('nobody')).toEqual([])
    })

    it('lists sessions that are not live, up to the limit', async () => {
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
      expect(await sessions.countLive(bounds)).toBe(1)
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

    it('stores and returns copies', async () => {
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

    it('accepts ids with a meaning in the language [V15.3.6]', async () => {
      for (const id of trickyKeys) {
        expect(await sessions.find(id)).toBeNull()
        expect(await sessions.findEndReason(id)).toBeNull()
        expect(await sessions.listByUser(id)).toEqual([])
      }
      for (const id of trickyKeys) await stores.users.insert(aUser({ id, username: id }))
      for (const id of trickyKeys) await sessions.insert(aSession({ id, userId: id }))
      for (const id of trickyKeys) {
        expect(await sessions.listByUser(id)).toEqual([aSession({ id, userId: id })])
        expect(await sessions.touch(id, 3_000, always)).toEqual(aSession({ id, userId: id, lastActivityAt: 3_000 }))
        expect(await sessions.end([id], 'ended', 4_000)).toBe(1)
        expect(await sessions.findEndReason(id)).toBe('ended')
      }
    })
  })
}

function byId(a: SessionRecord, b: SessionRecord): number {
  return a.id < b.id ? -1 : 1
}
