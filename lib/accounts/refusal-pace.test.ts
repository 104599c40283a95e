import { hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { quickHashes } from '../crypto/password.ts'
import { openTestServices, storeNames } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import { createRefusalPace } from './refusal-pace.ts'

/** A clock that only work and waiting move; what waits goes on in the order of its time. */
function createTime() {
  let now = 0
  const waiting: { at: number; go: () => void }[] = []
  const until = (at: number) => new Promise<void>((go) => waiting.push({ at, go }))
  return {
    now: () => now,
    wait: (ms: number) => until(now + ms),
    async run() {
      for (;;) {
        for (let n = 0; n < 50; n += 1) await Promise.resolve()
        const [next] = waiting.toSorted((a, b) => a.at - b.at)
        if (next === undefined) return
        waiting.splice(waiting.indexOf(next), 1)
        now = Math.max(now, next.at)
        next.go()
      }
    },
  }
}

function createScene({ hasOther = false, hasMetSlow = false } = {}) {
  const time = createTime()
  const asked: (readonly string[])[] = []
  const store = {
    async hasOtherHash(beginnings: readonly string[]) {
      asked.push(beginnings)
      return hasOther
    },
  }
  const pace = createRefusalPace({ store, passwords: { hasMetSlow: () => hasMetSlow }, now: time.now, wait: time.wait })
  /** When the outcome was handed out, after this much work. */
  async function answeredAt(
    workMs: number,
    { code = 'credentials_wrong', name = 'ada', password = 'x', address = '' },
  ) {
    const tried = async () => {
      await time.wait(workMs)
      return code === '' ? ({ ok: true } as const) : ({ ok: false, code } as const)
    }
    await pace.hold({ name, password, address, client: address }, tried)
    return time.now()
  }
  return { time, pace, asked, answeredAt }
}

async function moments(scene: ReturnType<typeof createScene>, tries: Promise<number>[]): Promise<number[]> {
  await scene.time.run()
  return Promise.all(tries)
}

describe('a refusal', () => {
  test.each([
    ['without hashes of other systems', false, [0, 5, 40, 299], 300],
    ['with hashes of other systems', true, [0, 40, 280, 1200, 1999], 2000],
  ])('comes at the same moment whatever it took, in a store %s [T22]', async (_, hasOther, works, moment) => {
    for (const work of works) {
      for (const code of ['credentials_wrong', 'too_soon', 'too_soon_here', 'password_locked', 'suspended', 'busy']) {
        const scene = createScene({ hasOther })
        expect(await moments(scene, [scene.answeredAt(work, { code })]), `${code} ${work}`).toEqual([moment])
      }
    }
  })

  test('that took longer comes at the next such moment', async () => {
    const scene = createScene()
    expect(await moments(scene, [scene.answeredAt(301, {})])).toEqual([600])
  })

  test('of a password with several Unicode forms comes later, as many times as there are', async () => {
    const scene = createScene({ hasOther: true })
    expect(await moments(scene, [scene.answeredAt(1, { password: 'Grüße' })])).toEqual([4000])
  })

  test('does not tell by a queue behind others of the same name, or from the same address, what each of them took [T22]', async () => {
    const names = { 'the same name': ['ada', 'ada', 'ada'], 'the same address': ['ada', 'bea', 'cleo'] }
    for (const [what, [first = '', second = '', third = '']] of Object.entries(names)) {
      for (const work of [40, 1200]) {
        const scene = createScene({ hasOther: true })
        // As the tries of one name or address are compared: one after the other. The last is only told to wait.
        const tries = [
          scene.answeredAt(work, { name: first, address: '192.0.2.1' }),
          scene.answeredAt(2 * work, { name: second, address: '192.0.2.1' }),
          scene.answeredAt(2 * work + 1, { name: third, address: '192.0.2.1', code: 'too_soon' }),
        ]
        expect(await moments(scene, tries), `${what}, ${work}`).toEqual([2000, 4000, 4000])
      }
    }
  })

  test('of others does not wait for these', async () => {
    const scene = createScene()
    const tries = [
      scene.answeredAt(1, { name: 'ada', address: '192.0.2.1' }),
      scene.answeredAt(1, { name: 'bea', address: '192.0.2.2' }),
    ]
    expect(await moments(scene, tries)).toEqual([300, 300])
  })

  test('leaves its place to the next while it only waits', async () => {
    const scene = createScene()
    let heldAt: number | null = null
    const tried = async () => {
      await scene.time.wait(40)
      return { ok: false, code: 'credentials_wrong' } as const
    }
    const held = scene.pace.hold({ name: 'ada', password: 'x', address: '', client: '' }, tried, () => {
      heldAt = scene.time.now()
    })
    await scene.time.run()
    await held
    expect([heldAt, scene.time.now()]).toEqual([40, 300])
  })
})

test('a client of which twenty refusals wait is told to come back, tries nothing more, and holds up nobody else', async () => {
  const { time, pace } = createScene({ hasOther: true })
  let tries = 0
  const ask = (client: string) =>
    pace.hold({ name: 'ada', password: 'x', address: client, client }, async () => {
      tries += 1
      return { ok: false, code: 'too_soon_here' } as const
    })
  const waiting = Array.from({ length: 20 }, () => ask('192.0.2.1'))
  for (let n = 0; n < 50; n += 1) await Promise.resolve()
  expect(await ask('192.0.2.1')).toEqual({ ok: false, code: 'busy' })
  expect(tries).toBe(20)
  waiting.push(ask('192.0.2.2'))
  await time.run()
  expect(new Set((await Promise.all(waiting)).map(({ code }) => code))).toEqual(new Set(['too_soon_here']))
  const again = ask('192.0.2.1')
  await time.run()
  expect(await again).toMatchObject({ code: 'too_soon_here' })
})

test('all together hold half of the connections at the most', async () => {
  const { time, pace } = createScene()
  const ask = (client: string) =>
    pace.hold(
      { name: client, password: 'x', address: client, client },
      async () => ({ ok: false, code: 'too_soon' }) as const,
    )
  const waiting = Array.from({ length: 500 }, (_, n) => ask(`192.0.2.${n % 100}`))
  for (let n = 0; n < 50; n += 1) await Promise.resolve()
  expect(await ask('198.51.100.1')).toEqual({ ok: false, code: 'busy' })
  await time.run()
  await Promise.all(waiting)
})

test('a success comes at once', async () => {
  const scene = createScene({ hasOther: true })
  expect(await moments(scene, [scene.answeredAt(7, { code: '' })])).toEqual([7])
})

test('the store is asked once an hour, and a hash that was met counts at once', async () => {
  const scene = createScene({ hasMetSlow: true })
  expect(await moments(scene, [scene.answeredAt(1, {})])).toEqual([2000])
  expect(await moments(scene, [scene.answeredAt(1, {})])).toEqual([4000])
  expect(scene.asked).toEqual([quickHashes])
  await moments(scene, [scene.answeredAt(3_600_000, {})])
  expect(scene.asked).toHaveLength(2)
})

test.each(storeNames)('which store holds hashes that take longer is known on %s', async (name) => {
  await using opened = await openTestServices({}, name)
  const { users } = opened.app.stores
  const own = await opened.app.passwords.hash('one of our own')
  if (!own.ok) throw new Error(own.code)
  const insert = (id: string, passwordHash: string) => users.insert(aUser({ id, username: id, passwordHash }))
  await insert('own', own.value)
  await insert('none', '!')
  await insert('sha256', `sha256$${'0'.repeat(64)}`)
  expect(await users.hasOtherHash(quickHashes)).toBe(false)
  await insert('weak', await hash('x', { memoryCost: 4096 }))
  expect(await users.hasOtherHash(quickHashes)).toBe(true)
  await users.remove('weak', 0)
  await insert('bcrypt', await bcryptHash('x', { cost: 4 }))
  expect(await users.hasOtherHash(quickHashes)).toBe(true)
})
