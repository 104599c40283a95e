import { AsyncLocalStorage } from 'node:async_hooks'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { StoreError } from '#lib/stores/types.ts'

import { createPendingEnds, type PendingEnds } from './pending-ends.ts'
import { type LogLine, logTo } from './stores-for-test.ts'

/** What the database would contain while it accepts writes. */
let recorded: string[]
let refusal: Error | null
let attempts: number
let log: LogLine[]
let pending: PendingEnds

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  recorded = []
  refusal = null
  attempts = 0
  log = []
  pending = createPendingEnds(async (ids, reason, at) => {
    attempts += 1
    await Promise.resolve()
    if (refusal) throw refusal
    recorded.push(...ids.map((id) => `${id} ${reason} ${at}`))
    return ids.length
  }, logTo(log))
})
afterEach(() => {
  vi.useRealTimers()
})

const refuse = () => {
  refusal = new StoreError('store_unavailable', 'it is away')
}

describe('ends that the database has not recorded', () => {
  it('are known from the call until they are recorded', async () => {
    const ending = pending.end(['a'], 'signed-out', 1)
    expect(pending.get('a')).toEqual({ id: 'a', reason: 'signed-out', at: 1 })
    expect(await ending).toBe(1)
    expect(pending.get('a')).toBeUndefined()
    expect(log).toEqual([])
  })

  it('stay known with their first reason when the database rejects them, and are retried until it accepts', async () => {
    refuse()
    await expect(pending.end(['a', 'b'], 'signed-out', 1)).rejects.toBe(refusal)
    await expect(pending.end(['a', 'c'], 'password-changed', 2)).rejects.toBe(refusal)
    expect(pending.get('a')?.reason).toBe('signed-out')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pending.get('a')).toBeDefined()
    refusal = null
    await vi.advanceTimersByTimeAsync(5_000)
    expect(recorded).toEqual(['a signed-out 1', 'b signed-out 1', 'c password-changed 2'])
    for (const id of ['a', 'b', 'c']) expect(pending.get(id)).toBeUndefined()
    expect(log.map(({ level }) => level)).toEqual(['error', 'info'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(recorded).toHaveLength(3)
  })

  it('are retried after one second, two, four and then every five', async () => {
    refuse()
    await expect(pending.end(['a'], 'idle', 1)).rejects.toBe(refusal)
    const seconds: number[] = []
    for (let second = 1; second <= 20; second += 1) {
      const before = attempts
      await vi.advanceTimersByTimeAsync(1_000)
      if (attempts > before) seconds.push(second)
    }
    expect(seconds).toEqual([1, 3, 7, 12, 17])
  })

  it('are recorded by a readiness check', async () => {
    refuse()
    await expect(pending.end(['a'], 'idle', 1)).rejects.toBe(refusal)
    await expect(pending.flush()).rejects.toBe(refusal)
    refusal = null
    await pending.flush()
    expect(recorded).toEqual(['a idle 1'])
  })

  it('are retried a last time on close, and not after it', async () => {
    refuse()
    await expect(pending.end(['a'], 'idle', 1)).rejects.toBe(refusal)
    await pending.close()
    const made = attempts
    await vi.advanceTimersByTimeAsync(60_000)
    expect(attempts).toBe(made)
    expect(log.at(-1)).toMatchObject({ level: 'error', fields: { sessions: 1 } })
  })

  it('are forgotten when the call was invalid or the store was replaced', async () => {
    refusal = new RangeError('a mistake')
    await expect(pending.end(['a'], 'idle', 1)).rejects.toBe(refusal)
    expect(pending.get('a')).toBeUndefined()
    refuse()
    await expect(pending.end(['a'], 'idle', 1)).rejects.toBe(refusal)
    pending.forget()
    expect(pending.get('a')).toBeUndefined()
  })

  it('are ten thousand at most', async () => {
    refuse()
    const ids = Array.from({ length: 10_001 }, (_, n) => `session-${n}`)
    await expect(pending.end(ids, 'idle', 1)).rejects.toBe(refusal)
    expect(pending.get('session-9999')).toBeDefined()
    expect(pending.get('session-10000')).toBeUndefined()
    refusal = null
    await pending.flush()
    expect(recorded).toHaveLength(10_000)
  })
})

it('retries outside the context of the request whose log-out was rejected', async () => {
  const requests = new AsyncLocalStorage<string>()
  const tried: unknown[] = []
  const waiting = createPendingEnds(async () => {
    tried.push(requests.getStore())
    throw new StoreError('store_unavailable', 'it is away')
  }, logTo([]))
  await requests.run('request', () => expect(waiting.end(['a'], 'signed-out', 1)).rejects.toThrow())
  await vi.advanceTimersByTimeAsync(1_000)
  expect(tried).toEqual(['request', undefined])
  await waiting.close()
})
