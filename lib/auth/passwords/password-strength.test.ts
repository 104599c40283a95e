import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPasswordStrength, type PasswordStrength } from './password-strength.ts'

const alice = { username: 'alice', email: null }

let strength: PasswordStrength
beforeEach(() => {
  strength = createPasswordStrength({ minLength: 8, appOrigin: 'https://accounts.example.com' })
})
afterEach(() => strength.close())

describe('estimate', () => {
  test('distinguishes a weak password from a strong one and says why', async () => {
    expect(await strength.estimate('password1', alice)).toEqual({ ok: true, value: { score: 0, advice: 'listed' } })
    expect(await strength.estimate('tangerine-walrus-umbrella', alice)).toMatchObject({ value: { score: 4 } })
  })

  test('treats the username as known to the attacker', async () => {
    expect(await strength.estimate('zoequisthara', { username: 'zoequisthara', email: null })).toMatchObject({
      value: { score: 0 },
    })
  })

  test('starts a new thread when the old one dies during a request', async () => {
    await strength.estimate('warm up the word lists', alice)
    const costly = '4bc123!?@$'.repeat(25)
    const cutShort = strength.estimate(costly, alice)
    const next = strength.estimate('password1', alice)
    await Promise.resolve()
    await strength.close()
    await expect(cutShort).rejects.toThrow('ended')
    expect(await next).toMatchObject({ ok: true, value: { score: 0 } })
  })

  test('ends the thread after a minute without requests, and starts another for the next', async () => {
    const ended = vi.spyOn(Worker.prototype, 'terminate')
    const asked = vi.spyOn(Worker.prototype, 'postMessage')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const strong = { ok: true, value: { score: 4 } }
      expect(await strength.estimate('tangerine-walrus-umbrella', alice)).toMatchObject(strong)
      // The files of this process share it, so threads of earlier ones may end at any time.
      const [thread] = asked.mock.contexts
      vi.advanceTimersByTime(59_999)
      expect(await strength.estimate('tangerine-walrus-umbrella', alice)).toMatchObject(strong)
      vi.advanceTimersByTime(59_999)
      expect(ended.mock.contexts).not.toContain(thread)
      vi.advanceTimersByTime(1)
      expect(ended.mock.contexts).toContain(thread)
      expect(await strength.estimate('tangerine-walrus-umbrella', alice)).toMatchObject(strong)
      expect(asked.mock.contexts.map((each) => each === thread)).toEqual([true, true, false])
    } finally {
      vi.useRealTimers()
    }
  })

  test('rejects when the thread takes too long', async () => {
    const hasty = createPasswordStrength(
      { minLength: 8, appOrigin: 'http://localhost:3000' },
      { longestMs: 1, firstMs: 1 },
    )
    expect(await hasty.estimate('password1', { username: 'alice', email: null })).toEqual({ ok: false, code: 'busy' })
    expect(await hasty.estimate('password1', { username: 'alice', email: null })).toEqual({ ok: false, code: 'busy' })
    await hasty.close()
  })

  test('rejects when too many requests wait, sooner for those with little patience', async () => {
    const waiting = Array.from({ length: 5 }, () => strength.estimate('password1', alice))
    expect(await strength.estimate('password1', alice, { patience: 1 })).toEqual({ ok: false, code: 'busy' })
    expect(await strength.estimate('password1', alice)).toMatchObject({ ok: true })
    await Promise.all(waiting)
  })
})
