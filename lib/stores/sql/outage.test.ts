import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { aSession, aUser } from '#lib/stores/contract/samples.ts'
import type { Stores, TouchBounds } from '#lib/stores/types.ts'

import { openPostgresStores } from './open.ts'
import { createDatabase } from './postgres-for-test.ts'
import { type LogLine, logTo } from './stores-for-test.ts'
import { startTcpProxy } from './tcp-proxy-for-test.ts'

const always: TouchBounds = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }
const unavailable = { code: 'store_unavailable' }

/** Stores that can lose their database, with one live session, and others that keep it. */
async function openBoth(log: LogLine[] = []) {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  const proxy = await startTcpProxy(url)
  onTestFinished(() => proxy.close())
  const open = async (from: string): Promise<Stores> => {
    const stores = await openPostgresStores({ url: from, poolSize: 2, log: logTo(log) })
    onTestFinished(() => stores.close())
    return stores
  }
  const [here, elsewhere] = [await open(proxy.url), await open(url)]
  await here.users.insert(aUser())
  for (const id of ['session-1', 'session-2']) await here.sessions.insert(aSession({ id }))
  return { proxy, here, elsewhere }
}

describe('a log-out that the database cannot record', () => {
  it('is rejected and still holds in this process for every later call', async () => {
    const { proxy, here, elsewhere } = await openBoth()
    proxy.cut()
    await expect(here.sessions.end(['session-1'], 'signed-out', 3_000)).rejects.toMatchObject(unavailable)
    expect(await here.sessions.find('session-1')).toBeNull()
    expect(await here.sessions.touch('session-1', 3_000, always)).toBeNull()
    expect(await here.sessions.findEndReason('session-1')).toBe('signed-out')
    await expect(here.sessions.find('session-2')).rejects.toMatchObject(unavailable)
    // Other processes do not know yet, as the error says.
    expect(await elsewhere.sessions.find('session-1')).toEqual(aSession())
    proxy.mend()
    expect(await here.sessions.find('session-1')).toBeNull()
    expect(await here.sessions.findEndReason('session-1')).toBe('signed-out')
    expect(await here.sessions.listByUser('id-of-alice')).toEqual([aSession({ id: 'session-2' })])
    expect(await here.sessions.listDead({ ...always, latest: 0 }, 9)).toEqual([aSession({ id: 'session-2' })])
    const ended = (await Array.fromAsync(here.dump())).filter(({ kind }) => kind === 'ended')
    expect(ended).toEqual([{ kind: 'ended', record: { id: 'session-1', reason: 'signed-out', at: 3_000 } }])
  })

  it('is recorded before the store is ready again', async () => {
    const log: LogLine[] = []
    const { proxy, here, elsewhere } = await openBoth(log)
    proxy.cut()
    await expect(here.sessions.end(['session-1'], 'signed-out', 3_000)).rejects.toMatchObject(unavailable)
    await expect(here.checkReady()).rejects.toMatchObject(unavailable)
    proxy.mend()
    // One answer of checkReady serves for two seconds, by the monotonic clock.
    const later = performance.now() + 2_001
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => later)
    await here.checkReady()
    clock.mockRestore()
    expect(await elsewhere.sessions.find('session-1')).toBeNull()
    expect(await elsewhere.sessions.findEndReason('session-1')).toBe('signed-out')
    const messages = log.map(({ message }) => message)
    expect(messages).toContain('The store is not ready.')
    expect(messages).toContain('The store is ready again.')
  })

  it('is recorded by a timer some seconds after the database returns', async () => {
    const { proxy, here, elsewhere } = await openBoth()
    proxy.cut()
    await expect(here.sessions.end(['session-1'], 'signed-out', 3_000)).rejects.toMatchObject(unavailable)
    proxy.mend()
    await expect.poll(() => elsewhere.sessions.findEndReason('session-1')).toBe('signed-out')
  })

  it('is forgotten when the store is replaced', async () => {
    const { proxy, here, elsewhere } = await openBoth()
    // Or the retry comes first, after a second.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    proxy.cut()
    await expect(here.sessions.end(['session-1'], 'signed-out', 3_000)).rejects.toMatchObject(unavailable)
    proxy.mend()
    await here.replaceAll(elsewhere.dump())
    expect(await here.sessions.find('session-1')).toEqual(aSession())
  })

  it('is recorded when the store is closed', async () => {
    const { proxy, here, elsewhere } = await openBoth()
    proxy.cut()
    await expect(here.sessions.end(['session-1'], 'signed-out', 3_000)).rejects.toMatchObject(unavailable)
    proxy.mend()
    await here.close()
    expect(await elsewhere.sessions.findEndReason('session-1')).toBe('signed-out')
  })
})
