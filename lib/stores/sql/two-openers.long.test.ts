import { describe, expect, it } from 'vitest'

import { aLockout, always, aSession, aToken, aUser } from '#lib/stores/contract/samples.ts'
import type { Stores } from '#lib/stores/types.ts'

import { bothKinds } from './stores-for-test.ts'

describe.each(bothKinds)('%s, opened twice', (_, fresh) => {
  async function openTwice(): Promise<[Stores, Stores]> {
    const { open } = await fresh()
    return [await open(), await open()]
  }

  it('rejects on one side at once what was logged out on the other', async () => {
    const [a, b] = await openTwice()
    await a.users.insert(aUser())
    await a.sessions.insert(aSession())
    expect(await b.sessions.touch('session-1', 2_500, always)).toEqual(aSession({ lastActivityAt: 2_500 }))
    await a.sessions.end(['session-1'], 'signed-out', 3_000)
    expect(await b.sessions.find('session-1')).toBeNull()
    expect(await b.sessions.touch('session-1', 3_000, always)).toBeNull()
    expect(await b.sessions.listByUser('id-of-alice')).toEqual([])
    expect(await b.sessions.findEndReason('session-1')).toBe('signed-out')
    expect(await b.sessions.end(['session-1'], 'idle', 4_000)).toBe(0)
  })

  it('gives a username to one of fifty concurrent sign-ups on both sides [V2.3.4, V15.4.2]', async () => {
    const sides = await openTwice()
    const inserts = Array.from({ length: 50 }, (_, n) => sides[n % 2]?.users.insert(aUser({ id: `rival-${n}` })))
    const outcomes = await Promise.all(inserts)
    expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1)
    expect((await sides[1].users.findByUsername('alice'))?.id).toBe(`rival-${outcomes.indexOf('inserted')}`)
  })

  it('stays logged out while the other side touches', async () => {
    const [a, b] = await openTwice()
    await a.users.insert(aUser())
    for (let round = 0; round < 20; round += 1) {
      const id = `session-${round}`
      await a.sessions.insert(aSession({ id }))
      const touches = [3_000, 3_001, 3_002].map((at) => b.sessions.touch(id, at, always))
      const ending = a.sessions.end([id], 'signed-out', 4_000)
      await Promise.all([...touches, ending, ...[5_000, 5_001].map((at) => b.sessions.touch(id, at, always))])
      expect(await b.sessions.touch(id, 6_000, always)).toBeNull()
    }
  })

  it('never lowers the time of a session that both sides touch', async () => {
    const sides = await openTwice()
    await sides[0].users.insert(aUser())
    await sides[0].sessions.insert(aSession())
    const times = Array.from({ length: 40 }, (_, n) => 3_000 + ((n * 7) % 40))
    await Promise.all(times.map((at, n) => sides[n % 2]?.sessions.touch('session-1', at, always)))
    expect(await sides[0].sessions.find('session-1')).toEqual(aSession({ lastActivityAt: 3_039 }))
  })

  it('ends every session once when both expiry jobs run', async () => {
    const sides = await openTwice()
    await sides[0].users.insert(aUser())
    const ids = Array.from({ length: 200 }, (_, n) => `session-${n}`)
    for (const id of ids) await sides[0].sessions.insert(aSession({ id }))
    const orders = [ids, ids.toReversed(), ids, ids.toReversed()]
    const counts = await Promise.all(orders.map((some, n) => sides[n % 2]?.sessions.end(some, 'idle', 9_000)))
    expect(counts.reduce((sum: number, count) => sum + (count ?? 0), 0)).toBe(ids.length)
  })

  it('gives a token to one of twenty concurrent callers on both sides, and keeps one of concurrent puts', async () => {
    const sides = await openTwice()
    await Promise.all(Array.from({ length: 20 }, (_, n) => sides[n % 2]?.tokens.put(aToken({ id: `token-${n}` }))))
    const takes = Array.from({ length: 20 }, (_, n) =>
      [0, 1].map((side) => sides[side]?.tokens.take(`token-${n}`, 'reset-password', 2_000)),
    )
    const taken = (await Promise.all(takes.flat())).filter((token) => token !== null)
    expect(taken).toHaveLength(1)
  })

  it('counts each of forty concurrent failures on both sides', async () => {
    const sides = await openTwice()
    const counts = await Promise.all(Array.from({ length: 40 }, (_, n) => sides[n % 2]?.lockouts.count(aLockout(), n)))
    expect(new Set(counts)).toEqual(new Set(Array.from({ length: 40 }, (_, n) => n + 1)))
  })

  it('keeps one of ten admins who are demoted or suspended concurrently on both sides [V2.3.4, T29]', async () => {
    const sides = await openTwice()
    const names = Array.from({ length: 10 }, (_, n) => `admin-${n}`)
    for (const username of names) await sides[0].users.insert(aUser({ username, role: 'admin' }))
    const outcomes = await Promise.all(
      names.map((name, n) =>
        sides[n % 2]?.users.changeStanding(`id-of-${name}`, n % 3 === 0 ? { status: 'suspended' } : { role: 'member' }),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'last_admin')).toHaveLength(1)
  })

  it('lets one of twenty concurrent compare-and-sets succeed on both sides', async () => {
    const sides = await openTwice()
    await sides[0].users.insert(aUser({ passwordHash: 'old' }))
    const attempts = Array.from({ length: 20 }, (_, n) =>
      sides[n % 2]?.users.update('id-of-alice', { passwordHash: `new-${n}` }, { passwordHash: 'old' }),
    )
    const winners = (await Promise.all(attempts)).filter((answer) => answer !== null)
    expect(winners).toHaveLength(1)
    expect(await sides[1].users.find('id-of-alice')).toEqual(winners[0])
  })
})
